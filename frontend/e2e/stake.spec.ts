import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket, connect as tcp } from "node:net";
import { expect, type Page, test } from "@playwright/test";
import { Agent, leftOf, memory } from "./agent";
import { fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { ready } from "./ready";

let agent: Agent;
test.afterEach(() => agent?.remove());

interface Profile {
  chain_http: string;
  chain_ws: string;
  contracts: { token: string; node: string; task: string };
}

const profile = async () => (await (await fetch(ready().profile)).json()) as Profile;
const cnx = 10n ** 18n;

/** What the chain says an account holds. */
async function balanceOf(account: string): Promise<bigint> {
  const { chain_http, contracts } = await profile();
  const data = `0x70a08231${account.slice(2).toLowerCase().padStart(64, "0")}`;
  const body = { jsonrpc: "2.0", id: 1, method: "eth_call", params: [{ to: contracts.token, data }, "latest"] };
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(chain_http, { method: "POST", headers, body: JSON.stringify(body) });
  return BigInt(((await answer.json()) as { result: string }).result);
}

/** Asks the network for an answer, which its nodes are drawn for. */
async function ask(question: string) {
  const { bridge, api_key } = ready();
  const answer = await fetch(`${bridge}/v1/chat/completions`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${api_key}` },
    body: JSON.stringify({ model: "helium/demo", max_tokens: 8, messages: [{ role: "user", content: question }] }),
  });
  await answer.text();
}

async function open(page: Page, path: string) {
  await page.goto("about:blank");
  await page.goto(await agent.link());
  await expect(page.getByTestId("status")).toBeVisible({ timeout: 60_000 });
  await page.goto(`${new URL(await agent.link()).origin}/#${path}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

/** Goes to a button by the keyboard alone and presses it. */
async function press(page: Page, button: ReturnType<Page["getByRole"]>) {
  await expect(button).toBeEnabled({ timeout: 60_000 });
  for (let i = 0; i < 60 && !(await button.evaluate((b) => b === document.activeElement)); i++) {
    await page.keyboard.press("Tab");
  }
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
}

const stake = (page: Page, wei: bigint) =>
  expect(page.getByTestId("stake")).toHaveAttribute("data-wei", wei.toString(), { timeout: 120_000 });
const chain = (is: string) => agent.until(is, (s) => s.node.chain === is, 90_000);

test("a person stakes, joins, pauses, resumes and stops by the keyboard, and the stake comes back", async ({
  page,
}) => {
  test.slow(); // the network's deadlines are in it
  agent = await Agent.start("--always", "--profile", ready().profile);
  await agent.setUp();
  await open(page, "/wallet");
  await press(page, page.getByRole("button", { name: "Get test money" }));
  await expect(page.getByTestId("balance")).not.toHaveAttribute("data-wei", "0", { timeout: 60_000 });
  await expect(page.getByTestId("fees")).toContainText("Enough for");
  const { address } = (await agent.state()).wallet;
  const had = await balanceOf(address);

  await open(page, "/node");
  await stake(page, 0n);
  await expect(page.getByText("the network takes 400 CNX from your wallet")).toBeVisible();
  await press(page, page.getByTestId("move-start"));
  await expect(page.getByText("Joining is under way")).toBeVisible();
  await stake(page, 400n * cnx);
  await chain("available");
  await expect(page.getByTestId("score")).toHaveText(/New|Excellent|Good|Fair/);
  expect(await balanceOf(address)).toBe(had - 400n * cnx);

  await press(page, page.getByTestId("move-pause"));
  await chain("paused");
  await stake(page, 400n * cnx);
  await press(page, page.getByTestId("move-resume"));
  await chain("available");

  // What it earns is withdrawn to the last digit.
  for (let i = 0; i < 20 && (await agent.state()).earnings.credited === "0"; i++) {
    await ask(`What is it worth, ${i}?`);
    await page.waitForTimeout(2000);
  }
  await agent.until("rest", (s) => s.node.chain === "available" && !s.task);
  const earned = BigInt((await agent.state()).earnings.credited);
  expect(earned).toBeGreaterThan(0n);
  const held = await balanceOf(address);
  await press(page, page.getByTestId("withdraw"));
  await expect(page.getByTestId("credited")).toHaveAttribute("data-wei", "0", { timeout: 60_000 });
  expect((await balanceOf(address)) - held).toBe(earned);

  await press(page, page.getByTestId("move-stop"));
  const dialog = page.getByTestId("confirm");
  await expect(dialog).toContainText("400 CNX come back 1 minute after the last task");
  const sure = dialog.getByRole("button", { name: "Stop and take the deposit back" });
  await expect(sure).toBeDisabled();
  for (
    let i = 0;
    i < 10 && !(await page.getByTestId("confirm-word").evaluate((f) => f === document.activeElement));
    i++
  )
    await page.keyboard.press("Tab");
  await page.keyboard.type("STOP ");
  await expect(sure).toBeEnabled();
  await isAccessible(page);
  await shot(page, "stake-stop");
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  const left = await chain("quit");
  if (left.node.stake !== "0") {
    await expect(page.getByText(/^Comes back at /)).toBeVisible();
    await shot(page, "stake-coming-back");
  }
  await stake(page, 0n);
  await expect
    .poll(async () => (await balanceOf(address)) >= had, { message: "the stake is in the wallet", timeout: 60_000 })
    .toBe(true);
});

test("five wrong passphrases slow down, and neither words nor passphrase stay in memory", async ({ page }) => {
  const passphrase = "correct horse battery";
  agent = await Agent.start("--always", "--profile", ready().profile);
  const words = await agent.setUp(passphrase);
  await open(page, "/wallet");
  const before = await memory(page);
  await page.getByTestId("show-words").click();
  const dialog = page.getByTestId("words-dialog");
  const field = dialog.getByLabel("Your passphrase");
  const show = dialog.getByRole("button", { name: "Show the words" });
  for (let i = 0; i < 5; i++) {
    await field.fill(`wrong horse ${i}`);
    await show.click();
    await expect(dialog.getByRole("alert")).toContainText("not the passphrase", { timeout: 30_000 });
    await expect(show).toBeEnabled();
  }
  await field.fill(passphrase);
  await show.click();
  await expect(dialog.getByRole("alert")).toContainText("5 wrong passphrases were given. Wait", { timeout: 30_000 });
  await shot(page, "wallet-slowed-down");
  await page.waitForTimeout(31_000);
  await show.click();
  await expect(dialog.getByTestId("words").locator("li")).toHaveCount(12, { timeout: 30_000 });
  expect(await dialog.getByTestId("words").locator("li > span:last-child").allInnerTexts()).toEqual(words);
  const held = await memory(page);
  expect(words.filter((w) => !held.includes(`"${w}"`))).toEqual([]);
  await dialog.getByRole("button", { name: "Hide them" }).click();
  await expect(dialog).toHaveCount(0);

  // A file is saved under the same passphrase, and read back.
  await page.getByTestId("save-file").click();
  const file = page.getByTestId("file-dialog");
  await file.getByLabel("Your passphrase").fill(passphrase);
  const saved = page.waitForEvent("download");
  await file.getByRole("button", { name: "Save the file" }).click();
  const path = await (await saved).path();
  const keystore = JSON.parse(await readFile(path, "utf8"));
  const { address } = (await agent.state()).wallet;
  expect(keystore.version).toBe(3);
  expect(`0x${keystore.address}`).toBe(address.toLowerCase());
  await expect(file).toHaveCount(0);

  await page.getByRole("link", { name: "Home" }).click();
  await expect(page.getByTestId("status")).toBeVisible();
  await expect(async () => {
    const after = await memory(page);
    expect(leftOf(words, before, after)).toEqual([]);
    expect(after.includes(passphrase), "the passphrase").toBe(false);
  }).toPass({ timeout: 20_000 });
  for (const [place, bytes] of await agent.everything()) expect(bytes.includes(passphrase), place).toBe(false);
});

test("what is sent arrives to the last digit, once, and a wrong address is caught", async ({ page }) => {
  agent = await Agent.start("--always", "--profile", ready().profile);
  await agent.setUp();
  await agent.call("askFaucet");
  await agent.call("retry");
  await agent.until("money", (s) => s.wallet.balance !== "0" && s.wallet.gas !== "0");
  await open(page, "/wallet");
  const to = "0x8ba1f109551bD432803012645Ac136ddd64DBA72";
  const before = await balanceOf(to);
  const form = page.getByTestId("send");
  await form.getByLabel("To this address").fill(to.replace("bD", "BD"));
  await form.getByLabel("Amount in CNX").fill("nothing");
  await form.getByRole("button", { name: "Review" }).click();
  await expect(form.getByRole("alert")).toContainText("no amount");
  await form.getByLabel("Amount in CNX").fill("12.345678901234567891");
  await form.getByRole("button", { name: "Review" }).click();
  await expect(form.getByRole("alert")).toContainText("capitals do not fit", { timeout: 30_000 });
  await form.getByLabel("To this address").fill(to);
  await form.getByLabel("Amount in CNX").fill("99999999");
  await form.getByRole("button", { name: "Review" }).click();
  await expect(form.getByRole("alert")).toContainText("The wallet has", { timeout: 30_000 });

  await form.getByLabel("Amount in CNX").fill("12,345678901234567891");
  await form.getByRole("button", { name: "Review" }).click();
  const dialog = page.getByTestId("confirm");
  await expect(dialog.getByTestId("send-to")).toHaveText(to, { timeout: 30_000 });
  await expect(dialog.getByTestId("send-amount")).toHaveText("12.345678901234567891 CNX");
  await expect(dialog).toContainText("can't be taken back");
  await expect(dialog.getByRole("button", { name: "Send now" })).toBeDisabled();
  await dialog.getByTestId("confirm-word").fill("send");
  await isAccessible(page);
  await shot(page, "wallet-send-confirm");
  await dialog.getByRole("button", { name: "Send now" }).click();
  await expect(page.getByTestId("transfer")).toHaveAttribute("data-state", "sent", { timeout: 60_000 });
  await expect(page.getByTestId("transfer")).toHaveCount(1);
  expect((await balanceOf(to)) - before).toBe(12_345678901234567891n);
  await shot(page, "wallet-sent");

  // A payout address is changed, and counts at once while the node is out.
  await page.getByRole("link", { name: "Stake", exact: true }).click();
  await page.getByTestId("payout-change").click();
  const payout = page.getByTestId("payout-dialog");
  await payout.getByText("Another address").click();
  await payout.getByLabel("Address", { exact: true }).fill((await profile()).contracts.token);
  await payout.getByLabel("Type “change” to go on").fill("change");
  await payout.getByRole("button", { name: "Pay to this address" }).click();
  await expect(payout.getByRole("alert")).toContainText("belongs to the network itself");
  await payout.getByLabel("Address", { exact: true }).fill(to.toLowerCase());
  await shot(page, "stake-payout");
  await payout.getByRole("button", { name: "Pay to this address" }).click();
  await expect(payout).toHaveCount(0);
  await expect(page.getByTestId("payout")).toHaveAttribute("data-address", to);
});

test("a node that fails is warned, let go, told why with one button, and comes back", async ({ page }) => {
  agent = await Agent.start("--always", "--run", "--fault", "fail", "--profile", ready().profile);
  await agent.until("joining", (s) => s.node.status === "running", 120_000);
  await open(page, "/node");
  await expect(page.getByTestId("score")).toHaveText("New");
  const reason = page.getByTestId("reason");
  const scores = async () => JSON.stringify((await agent.state()).node.standing?.recent);
  const clean = await scores();
  for (let i = 0; i < 20 && (await scores()) === clean; i++) {
    await ask(`Who is there, ${i}?`);
    await page.waitForTimeout(3000); // a score comes with the settlement
  }
  await expect(page.getByTestId("score")).toHaveText("At risk", { timeout: 30_000 });
  await expect(reason).toHaveAttribute("data-code", "score_low");
  await expect(page.getByText("The next failed task would put it out of the network.")).toBeVisible();
  await isAccessible(page);
  await shot(page, "stake-at-risk");

  for (let i = 0; i < 20 && (await agent.state()).node.chain !== "quit"; i++) {
    await ask(`And now, ${i}?`);
    await page.waitForTimeout(3000);
  }
  await page.getByRole("link", { name: "Home" }).click();
  await expect(reason).toHaveAttribute("data-code", "kicked_out", { timeout: 30_000 });
  await expect(reason).toContainText("The network let this computer go");
  await expect(reason.getByRole("button")).toHaveCount(1);
  await expect(page.getByTestId("action-start")).toHaveCount(0);
  await isAccessible(page);
  await shot(page, "node-kicked-out");
  expect((await agent.state()).node.stake).toBe((400n * cnx).toString());

  await reason.getByRole("button", { name: "Start again" }).click();
  await expect(reason).toHaveAttribute("data-code", "rejoin_later", { timeout: 30_000 });
  await expect(reason).toContainText(/It may join again at \d/);
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "running", { timeout: 120_000 });
  await expect(reason).toHaveCount(0);
});

/** A way to the chain that can be cut. */
class Way {
  #server?: Server;
  #sockets = new Set<Socket>();
  port = 0;

  constructor(private readonly to: number) {}

  async open() {
    const server = createServer((from) => {
      const on = tcp(this.to, "127.0.0.1");
      for (const s of [from, on]) {
        this.#sockets.add(s);
        s.on("error", () => {});
        s.on("close", () => {
          this.#sockets.delete(s);
          from.destroy();
          on.destroy();
        });
      }
      from.pipe(on).pipe(from);
    });
    await new Promise<void>((done) => server.listen(this.port, "127.0.0.1", done));
    this.port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  async cut() {
    const closed = new Promise((done) => this.#server?.close(done));
    for (const s of this.#sockets) s.destroy();
    await closed;
  }
}

test("a chain that goes away is named with one button, and found again", async ({ page }) => {
  const real = await profile();
  const way = new Way(Number(new URL(real.chain_ws).port));
  await way.open();
  const through = { ...real, chain_http: `http://127.0.0.1:${way.port}`, chain_ws: `ws://127.0.0.1:${way.port}` };
  const file = test.info().outputPath("profile.json");
  await writeFile(file, JSON.stringify(through));
  agent = await Agent.start("--always", "--run", "--profile", file);
  await agent.until("joining", (s) => s.node.status === "running", 120_000);
  await open(page, "/");
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "running");

  await way.cut();
  const reason = page.getByTestId("reason");
  await expect(reason).toHaveAttribute("data-code", "chain_unreachable", { timeout: 60_000 });
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "blocked");
  await expect(page.getByText("not connected", { exact: true })).toBeVisible();
  await expect(reason.getByRole("button")).toHaveCount(1);
  await isAccessible(page);
  await shot(page, "node-chain-down");
  await reason.getByRole("button", { name: "Try again" }).click();
  await expect(reason).toBeVisible();

  await way.open();
  await expect(reason).toHaveCount(0, { timeout: 60_000 });
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "running");
  await expect(page.getByText("connected", { exact: true })).toBeVisible();
  await agent.remove();
  await way.cut();
});

for (const scheme of schemes) {
  test(`looks right in ${scheme}`, async ({ page }) => {
    agent = await Agent.start("--always", "--profile", ready().profile);
    await agent.setUp();
    await agent.call("askFaucet");
    await agent.call("retry");
    await agent.until("money", (s) => s.wallet.balance !== "0");
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const look = async (name: string) => {
      for (const size of sizes) {
        await page.setViewportSize(size);
        await shot(page, `${name}-${scheme}-${size.name}`);
        await fitsItsWidth(page);
      }
      await isAccessible(page);
    };
    await open(page, "/node");
    await look("stake-out");
    await page.getByTestId("payout-change").click();
    await page.getByText("Another address").click();
    await look("stake-payout");
    await page.keyboard.press("Escape");
    await page.getByTestId("move-start").click();
    await chain("available");
    await look("stake-in");
    await page.getByTestId("move-stop").click();
    await look("stake-stop");
    await page.keyboard.press("Escape");

    await open(page, "/wallet");
    await look("wallet");
    await page.getByTestId("show-words").click();
    await look("wallet-ask");
    await page.getByTestId("words-dialog").getByLabel("Type “alone” to go on").fill("alone");
    await page.getByRole("button", { name: "Show the words" }).click();
    await expect(page.getByTestId("words").locator("li")).toHaveCount(12, { timeout: 30_000 });
    await look("wallet-words");
    await page.keyboard.press("Escape");
    await page.getByTestId("save-file").click();
    await page.getByLabel("Passphrase for the file").fill("password12");
    await expect(page.getByTestId("strength")).toHaveAttribute("data-level", "weak");
    await expect(page.getByRole("button", { name: "Save the file" })).toBeDisabled();
    await page.getByLabel("Passphrase for the file").fill("correct horse battery staple");
    await page.getByLabel("The same again").fill("correct horse");
    await look("wallet-file");
  });
}
