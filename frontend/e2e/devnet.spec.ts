import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Download, expect, type Page, test } from "@playwright/test";
import { isAccessible, shot } from "./looks";
import { ready } from "./ready";

/** How long a whole task may take on a slow machine that has two cores for everything. */
const task = 120_000;

/** What the badge has shown, in order: a fast answer is provisional for less time than a test takes to look. */
async function badgeStates(page: Page): Promise<string[]> {
  const states: string[] = [];
  await page.exposeFunction("sawBadge", (state: string) => states.at(-1) === state || states.push(state));
  await page.addInitScript(() => {
    const tell = () => {
      const state = document.querySelector("[data-testid=badge]")?.getAttribute("data-state");
      if (state) (window as unknown as { sawBadge: (state: string) => void }).sawBadge(state);
    };
    new MutationObserver(tell).observe(document, { subtree: true, childList: true, attributes: true });
  });
  return states;
}

/** Runs, on what the page has downloaded, the command that its receipt names, with the network's own program. */
async function verify(page: Page, answer: string | null, press: string[], profile: string) {
  const dir = await mkdtemp(join(tmpdir(), "helium-receipt-"));
  const command =
    (await page.getByTestId("receipt").locator("code", { hasText: "helium task verify" }).textContent()) ?? "";
  const words = command.split(" ").slice(1);
  const files: Download[] = [];
  page.on("download", (d) => files.push(d));
  for (const name of press) await page.getByRole("button", { name }).click();
  const named = words.filter((w) => /\.(json|png)$/.test(w));
  await expect.poll(() => files.map((f) => f.suggestedFilename()).sort()).toEqual(named.toSorted());
  for (const file of files) await file.saveAs(join(dir, file.suggestedFilename()));
  if (answer !== null) {
    await writeFile(join(dir, "answer.txt"), answer);
    words.push("--answer", "answer.txt");
  }
  const program = resolve(import.meta.dirname, "../../bin/helium");
  const run = async (...more: string[]) =>
    (await promisify(execFile)(program, [...words, ...more], { cwd: dir })).stdout;
  expect(await run("--network", profile)).toContain("The receipt is right: the chain says the same");
  expect(await run("--offline")).toContain("The receipt fits together");
  await rm(dir, { recursive: true });
}

test("a question to the real network is answered, verified, and has a receipt of three machines", async ({ page }) => {
  const network = ready();
  const problems: string[] = [];
  page.on("console", (m) => m.type() === "error" && problems.push(m.text()));
  page.on("pageerror", (e) => problems.push(String(e)));

  const states = await badgeStates(page);
  await page.goto(network.chat);
  await expect(page.getByRole("combobox", { name: "Model" })).toBeVisible();
  await page.getByTestId("prompt").fill("What is Helium?");
  await page.getByTestId("send").click();

  const badge = page.getByTestId("badge");
  await expect(page.getByTestId("answer-text")).toContainText(/\w+/, { timeout: task });
  await expect(badge).toHaveAttribute("data-state", "verified", { timeout: task });
  expect(states).toEqual(["provisional", "verified"]);
  await shot(page, "devnet-verified");

  await badge.click();
  const machines = page.getByTestId("receipt-node");
  await expect(machines).toHaveCount(3);
  await expect(page.getByTestId("browser-check")).toBeVisible({ timeout: task });
  const addresses = await machines
    .locator("code")
    .evaluateAll((all) => all.map((c) => c.getAttribute("title")?.toLowerCase() ?? ""));
  const known = network.nodes.map((n) => n.address.toLowerCase());
  expect(new Set(addresses.filter((a) => known.includes(a))).size, `${addresses} should name three of ${known}`).toBe(
    3,
  );
  await expect(page.getByTestId("browser-check")).toContainText(
    "The digest is the SHA-256 of the salt and this answer",
  );
  await expect(page.getByTestId("browser-check")).toContainText(
    "The text on your screen is the text the machines agreed on",
  );
  await expect(page.getByText("Agrees")).toHaveCount(3);
  await shot(page, "devnet-receipt");
  await isAccessible(page);
  const copied = await page.getByTestId("answer-text").textContent();
  await verify(page, copied, ["Download the receipt"], network.profile);

  // The receipt is kept: it is there again after the page was closed.
  await page.keyboard.press("Escape");
  await page.waitForTimeout(100);
  await page.reload();
  await expect(badge).toHaveAttribute("data-state", "verified");
  expect(problems).toEqual([]);
});

test("a question behind dearer ones waits in the queue, is told where, and is answered", async ({ page }) => {
  const network = ready();
  await page.goto(network.chat);
  await expect(page.getByTestId("price")).toContainText("starts at once", { timeout: task });
  await shot(page, "devnet-price");
  const others = Array.from({ length: 8 }, () =>
    fetch(`${network.bridge}/v1/chat/completions`, {
      method: "POST",
      headers: { Authorization: `Bearer ${network.api_key}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        model: "helium/demo",
        messages: [{ role: "user", content: "What is a node?" }],
        helium: { fee: "50", max_fee: "50" },
      }),
    }),
  );
  await page.waitForTimeout(300);
  await page.getByTestId("prompt").fill("How long is the queue?");
  await page.getByTestId("send").click();
  await expect(page.getByTestId("in-line")).toContainText(/\d+(st|nd|rd|th) in the queue, about/, { timeout: task });
  await shot(page, "devnet-queue");
  await expect(page.getByTestId("badge")).toHaveAttribute("data-state", "verified", { timeout: task });
  for (const other of await Promise.all(others)) expect(other.status).toBe(200);
  await page.getByTestId("badge").click();
  await expect(page.getByTestId("settlement")).toContainText("One transaction brought", { timeout: task });
  await shot(page, "devnet-queue-receipt");
});

test("another question in the same conversation is verified too", async ({ page }) => {
  await page.goto(ready().chat);
  await expect(page.getByRole("combobox", { name: "Model" })).toBeVisible();
  for (const [i, question] of ["How is an answer checked?", "And who is paid?"].entries()) {
    await page.getByTestId("prompt").fill(question);
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("badge")).toHaveCount(i + 1);
    await expect(page.getByTestId("badge").last()).toHaveAttribute("data-state", "verified", { timeout: task });
  }
});

test("pictures of the real network are shown while they are made, verified, kept, and checked here", async ({
  page,
}) => {
  const network = ready();
  const problems: string[] = [];
  page.on("console", (m) => m.type() === "error" && problems.push(m.text()));
  page.on("pageerror", (e) => problems.push(String(e)));
  const states = await badgeStates(page);
  await page.goto(network.chat);
  await page.getByRole("combobox", { name: "Model" }).selectOption("helium/demo-images");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("radiogroup", { name: "How many" }).getByText("2", { exact: true }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("price")).toContainText("for 2 pictures", { timeout: task });
  await page.getByTestId("prompt").fill("a blue boat on a green sea");
  await page.getByTestId("send").click();

  const badge = page.getByTestId("badge");
  await expect(page.getByText(/^Step \d+ of 25$/).first()).toBeVisible({ timeout: task });
  await expect(page.getByTestId("preview").first()).toBeVisible({ timeout: task });
  await shot(page, "devnet-pictures-making");
  await expect(badge).toHaveAttribute("data-state", "verified", { timeout: task });
  expect(states).toEqual(["provisional", "verified"]);
  const shown = page.getByTestId("pictures").getByRole("img", { name: "a blue boat on a green sea" });
  await expect(shown).toHaveCount(2);
  for (const picture of await shown.all()) {
    await expect
      .poll(() => picture.evaluate((i: HTMLImageElement) => [i.naturalWidth, i.naturalHeight]))
      .toEqual([512, 512]);
  }
  await shot(page, "devnet-pictures-verified");

  await badge.click();
  const check = page.getByTestId("browser-check");
  await expect(check).toContainText("masked with its salt, are what a machine that agrees has opened", {
    timeout: task,
  });
  await expect(check).toContainText("The pictures on your screen have exactly the hashes of the receipt");
  await expect(check).toContainText("3 machines of 3 opened exactly the hashes of the result");
  await expect(page.getByText("Agrees", { exact: true })).toHaveCount(3);
  await shot(page, "devnet-pictures-receipt");
  await isAccessible(page);
  await verify(page, null, ["Download the receipt", "Download the 2 pictures"], network.profile);

  await page.keyboard.press("Escape");
  await page.waitForTimeout(100);
  await page.reload();
  await expect(shown).toHaveCount(2);
  await shown.first().click();
  await expect(page.getByTestId("lightbox").getByRole("img")).toBeVisible();
  await shot(page, "devnet-pictures-large");
  expect(problems).toEqual([]);
});

test("a page that is closed while its pictures are made has them when it is opened again", async ({ page }) => {
  await page.goto(ready().chat);
  await page.getByRole("combobox", { name: "Model" }).selectOption("helium/demo-images");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("radiogroup", { name: "How many" }).getByText("4", { exact: true }).click();
  await page.keyboard.press("Escape");
  await page.getByTestId("prompt").fill("a golden hill");
  await page.getByTestId("send").click();
  await expect(page.getByTestId("badge")).toHaveAttribute("data-stage", "running", { timeout: task });
  await page.waitForTimeout(900); // until it is on the shelf
  await page.reload();
  await expect(page.getByTestId("badge")).toHaveAttribute("data-state", "provisional");
  await expect(page.getByTestId("badge")).toHaveAttribute("data-state", "verified", { timeout: task });
  await expect(page.getByTestId("picture")).toHaveCount(4);
});
