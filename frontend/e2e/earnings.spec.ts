import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { neatCNXUp, shortCNXDown } from "../src/lib/wei";
import { fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { type Ready, ready } from "./ready";

/** What the ready file says beyond what the other tests want of it. */
type Network = Ready & { chain: { http: string }; contracts: { task: string } };
const network = () => ready() as Network;

const nodePaid = "0xbe43491cebd8d8a1a80d6803dac17e75d416b298b7f7fb1734842eb7f46ffe46";
const creditOf = "0xd5d44d80";

interface Log {
  data: string;
  transactionHash: string;
  blockNumber: string;
}

async function chain<T>(method: string, ...params: unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(network().chain.http, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  });
  const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

const padded = (address: string) => `0x${address.slice(2).toLowerCase().padStart(64, "0")}`;

/** What the contract has paid a node, by what the chain says. */
async function paidTo(address: string): Promise<{ sum: bigint; logs: (Log & { wei: bigint })[] }> {
  const logs = await chain<Log[]>("eth_getLogs", {
    address: network().contracts.task,
    topics: [nodePaid, null, padded(address)],
    fromBlock: "0x0",
  });
  const read = logs.map((l) => ({ ...l, wei: BigInt(l.data.slice(0, 66)) }));
  return { sum: read.reduce((all, l) => all + l.wei, 0n), logs: read };
}

/** Of what was paid, that of today, by this computer's clock: a run may go past midnight. */
async function ofToday(logs: (Log & { wei: bigint })[]): Promise<bigint> {
  const midnight = new Date().setHours(0, 0, 0, 0);
  let sum = 0n;
  for (const { blockNumber, wei } of logs) {
    const { timestamp } = await chain<{ timestamp: string }>("eth_getBlockByNumber", blockNumber, false);
    if (Number(timestamp) * 1000 >= midnight) sum += wei;
  }
  return sum;
}

async function creditAt(address: string): Promise<bigint> {
  const data = creditOf + padded(address).slice(2);
  return BigInt(await chain<string>("eth_call", { to: network().contracts.task, data }, "latest"));
}

async function ask(path: string, body: object) {
  const { bridge, api_key } = network();
  const response = await fetch(`${bridge}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${api_key}` },
    body: JSON.stringify(body),
  });
  expect(response.status, await response.text()).toBe(200);
}

const wei = (page: Page, id: string) =>
  page
    .getByTestId(id)
    .getAttribute("data-wei")
    .then((v) => BigInt(v ?? "-1"));

async function open(page: Page, address = network().nodes[0]?.api ?? "") {
  await page.goto(address);
  await page.getByRole("link", { name: "Earnings" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Earnings" })).toBeVisible();
}

const node = () => network().nodes[0]?.address ?? "";

test.describe.configure({ mode: "serial" });

test("the network has work", async () => {
  test.setTimeout(600_000);
  const question = (content: string) =>
    ask("/v1/chat/completions", { model: "helium/demo", messages: [{ role: "user", content }], max_tokens: 12 });
  await question("What is Helium?");
  await question("What does a node earn?");
  await ask("/v1/images/generations", { model: "helium/demo-images", prompt: "a red house", n: 1, size: "512x512" });
});

test("what the page sums up is to the wei what the chain paid", async ({ page }) => {
  await open(page);
  await page.getByText("All", { exact: true }).first().click();
  await expect
    .poll(async () => [await wei(page, "earnings.total"), await wei(page, "range-sum")], { timeout: 60_000 })
    .toEqual([(await paidTo(node())).sum, (await paidTo(node())).sum]);
  const { sum, logs } = await paidTo(node());
  expect(logs.length).toBeGreaterThanOrEqual(3);
  // A node that has much to do asks the chain for it every quarter of a minute.
  await expect
    .poll(async () => (await wei(page, "earnings.pending")) - (await creditAt(node())), { timeout: 60_000 })
    .toBe(0n);
  expect(await wei(page, "earnings.today")).toBe(await ofToday(logs));
  expect(await wei(page, "earnings.week")).toBe(sum);
  expect((await wei(page, "kind-texts")) + (await wei(page, "kind-images"))).toBe(sum);
  expect(await wei(page, "kind-images")).toBeGreaterThan(0n);

  const more = page.getByTestId("more");
  while (await more.isVisible()) await more.click();
  const rows = await page.getByTestId("task").evaluateAll((all) => all.map((r) => r.getAttribute("data-wei") ?? ""));
  expect(rows.reduce((all, r) => all + BigInt(r), 0n)).toBe(sum);
  expect(rows.length).toBeGreaterThanOrEqual(logs.length);

  await page.getByRole("radio", { name: "Pictures" }).check({ force: true });
  await expect(page.getByTestId("task").filter({ hasText: "Text" })).toHaveCount(0);
  await expect(page.getByTestId("task").first()).toBeVisible();
});

test("a receipt says who checked, what was compared, and the transaction that is on the chain", async ({ page }) => {
  await open(page);
  const { logs } = await paidTo(node());
  for (const [kind, words] of [
    ["Texts", "they agree only when not a single letter differs"],
    ["Pictures", "fewer than 5 of the bits differ"],
  ] as const) {
    await page.getByRole("radio", { name: kind }).check({ force: true });
    const row = page
      .getByTestId("task")
      .filter({ hasText: kind.replace(/s$/, "") })
      .first();
    await row.click();
    const receipt = page.getByTestId("receipt");
    await expect(receipt.getByText(words)).toBeVisible();
    const seats = receipt.getByTestId("receipt-node");
    await expect(seats).toHaveCount(3);
    await expect(receipt.getByText("Agrees", { exact: true })).toHaveCount(3);
    await expect(seats.filter({ hasText: "This computer" })).toHaveCount(1);
    if (kind === "Pictures") await expect(seats.first()).toContainText("(alike below 5)");

    const titles = await receipt.locator("code").evaluateAll((all) => all.map((c) => c.getAttribute("title") ?? ""));
    const known = network().nodes.map((n) => n.address.toLowerCase());
    expect(titles.filter((x) => known.includes(x.toLowerCase())).length).toBeGreaterThanOrEqual(3);
    const log = logs.find((l) => titles.includes(l.transactionHash));
    expect(log, "the receipt's settlement paid this node").toBeDefined();
    await expect(receipt.getByTestId("receipt-paid")).toHaveText(`${neatCNXUp(log?.wei ?? 0n, "en-US", 18)} CNX`);
    await expect(receipt).toContainText(new Intl.NumberFormat("en-US").format(Number(log?.blockNumber)));
    await shot(page, `earnings-receipt-${kind.toLowerCase()}`);
    await isAccessible(page);

    // It can be opened by its address, and is left by the keyboard.
    const at = page.url();
    await page.keyboard.press("Escape");
    await expect(receipt).toHaveCount(0);
    await page.goto(at);
    await expect(receipt.getByText(words)).toBeVisible();
    await page.getByRole("button", { name: "Close" }).click();
    await expect(page).toHaveURL(/#\/earnings$/);
  }
});

test("a receipt is copied whole, and holds nothing of what was asked", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await page.getByTestId("task").first().click();
  await page.getByRole("button", { name: "Copy the receipt" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const receipt = JSON.parse(text) as { proof: { nodes: { agrees: boolean }[]; task_contract: string } };
  expect(receipt.proof.nodes.map((n) => n.agrees)).toEqual([true, true, true]);
  expect(receipt.proof.task_contract.toLowerCase()).toBe(network().contracts.task.toLowerCase());
  expect(text).not.toMatch(/red house|What is Helium|What does a node earn/);
});

test("the file has exactly the tasks that the chain paid", async ({ page }) => {
  await open(page);
  await page.getByText("All", { exact: true }).first().click();
  await expect(page.getByTestId("task").first()).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByTestId("export").click()]);
  expect(file.suggestedFilename()).toMatch(/^helium-earnings-all-\d{4}-\d\d-\d\d\.csv$/);
  const text = await readFile(await file.path(), "utf8");
  const rows = text
    .split("\r\n")
    .slice(0, -1)
    .map((line) => line.split(","));
  const column = (name: string) => rows[0]?.indexOf(name) ?? -1;
  const { sum, logs } = await paidTo(node());
  const paid = rows.slice(1).filter((r) => r[column("paid_wei")] !== "0");
  expect(paid.map((r) => [r[column("settlement_transaction")], r[column("paid_wei")]])).toEqual(
    logs.map((l) => [l.transactionHash, l.wei.toString()]).reverse(),
  );
  expect(rows.slice(1).reduce((all, r) => all + BigInt(r[column("paid_wei")] ?? ""), 0n)).toBe(sum);
  for (const row of rows) expect(row.length).toBe(17);
});

test("with a price of electricity the page says what is left, to the last digit against its owner", async ({
  page,
}) => {
  await open(page);
  await page.getByTestId("set-electricity").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Price of a kilowatt-hour").fill("0,32");
  await dialog.getByLabel("Watts at work").fill("180");
  await dialog.getByLabel("What a CNX is worth to you").fill("0.05");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("A price needs a currency: choose one")).toBeVisible();
  await dialog.getByLabel("Currency").selectOption("EUR");
  await shot(page, "earnings-electricity");
  await isAccessible(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);

  const card = page.getByTestId("electricity");
  await expect(card).toContainText("Left for you");
  const micro = async (name: string) => {
    const title = await card.locator("div", { hasText: name }).locator("dd").getAttribute("title");
    const [whole = "", fraction = ""] = (title ?? "").replace(/[^\d.]/g, "").split(".");
    return BigInt(whole + fraction.padEnd(6, "0"));
  };
  const { sum } = await paidTo(node());
  const value = await micro("Earned, at your price");
  expect(value).toBe((sum * 50_000n) / 10n ** 18n);
  const cost = await micro("Cost, rounded up");
  expect(cost).toBeGreaterThan(0n);
  expect(await micro("Left for you")).toBe(value - cost);

  // It is kept.
  await page.reload();
  await expect(card).toContainText("Left for you");
  await page.getByTestId("set-electricity").click();
  await expect(dialog.getByLabel("Price of a kilowatt-hour")).toHaveValue("0.32");
  await dialog.getByLabel("Price of a kilowatt-hour").fill("a lot");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("A price is a number")).toBeVisible();
  await dialog.getByLabel("Price of a kilowatt-hour").fill("");
  await dialog.getByLabel("What a CNX is worth to you").fill("");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(card).toHaveCount(0);
});

for (const scheme of schemes) {
  test(`the page can be read and used in ${scheme}, at every size`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    for (const size of sizes) {
      await page.setViewportSize(size);
      await open(page);
      await expect(page.locator(".uplot canvas")).toBeVisible();
      await expect(page.getByTestId("task").first()).toBeVisible();
      await fitsItsWidth(page);
      await isAccessible(page);
      await shot(page, `earnings-${scheme}-${size.name}`);
    }
    await page.getByRole("button", { name: "Show as a table" }).click();
    await expect(page.getByTestId("bars").getByRole("row")).toHaveCount(8);
    await isAccessible(page);
    await shot(page, `earnings-${scheme}-table`);
  });
}

test("everything is reached by the keyboard", async ({ page }) => {
  await open(page);
  await expect(page.getByTestId("task").first()).toBeVisible();
  await page.getByRole("radio", { name: "7 days" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "30 days" })).toBeChecked();
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("export")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("bars").getByRole("row")).toHaveCount(31);
  await page.getByTestId("task").first().focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("receipt")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("task").first()).toBeFocused();
});

test("what is withdrawn when a node leaves is told, to the wei", async ({ page }) => {
  const last = network().nodes.at(-1);
  if (!last) throw new Error("the network has no nodes");
  await open(page, last.api);
  const credit = await creditAt(last.address);
  expect(credit).toBeGreaterThan(10n ** 18n);
  await expect.poll(() => wei(page, "earnings.pending"), { timeout: 60_000 }).toBe(credit);
  await page.getByRole("link", { name: "Home" }).click();
  await page.getByTestId("action-stop").click();
  await page.getByTestId("confirm-word").fill("stop");
  await page.getByTestId("confirm").getByRole("button", { name: "Stop and take the deposit back" }).click();
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "stopped", { timeout: 60_000 });
  await page.getByRole("link", { name: "Earnings" }).click();
  await expect.poll(() => wei(page, "earnings.pending"), { timeout: 60_000 }).toBe(0n);
  expect(await creditAt(last.address)).toBe(0n);
  await expect(page.getByTestId("earnings.pending")).toContainText(
    `${shortCNXDown(credit, "en-US")} CNX withdrawn so far`,
  );
  expect(await wei(page, "earnings.total")).toBe((await paidTo(last.address)).sum);

  // The network has its third node again.
  await page.getByRole("link", { name: "Home" }).click();
  await page.getByTestId("action-start").click();
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 120_000 });
});
