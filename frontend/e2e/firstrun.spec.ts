import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Agent, leftOf, memory, pairsOf } from "./agent";
import { fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { ready } from "./ready";

let agent: Agent;
test.afterEach(() => agent?.remove());

const network = () => (ready() as unknown as { profile: string }).profile;
const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });
const next = (page: Page, name = "Continue") => page.getByRole("button", { name, exact: true }).click();

async function shown(page: Page): Promise<string[]> {
  return page.getByTestId("words").locator("li > span:last-child").allInnerTexts();
}

async function answerCheck(page: Page, words: string[]) {
  for (const field of await page.getByLabel(/^Word \d+$/).all()) {
    const n = Number((await page.locator(`label[for="${await field.getAttribute("id")}"]`).textContent())?.slice(5));
    await field.fill(words[n - 1] ?? "");
  }
}

async function joinByLink(page: Page) {
  await expect(heading(page, "Join a network")).toBeVisible();
  await page.getByText("One I have a link to").click();
  await page.getByLabel("Link", { exact: true }).fill(network());
  await next(page, "Connect");
  await expect(heading(page, "Your deposit")).toBeVisible({ timeout: 30_000 });
}

test("a person comes from nothing to a node that earns, and leaves no secret behind", async ({ page }) => {
  agent = await Agent.start();
  await page.goto(await agent.link());
  await expect(page.getByTestId("verdict")).toHaveAttribute("data-verdict", /slow|fair|strong/, { timeout: 60_000 });
  await next(page);

  await expect(heading(page, "Where your money goes")).toBeVisible();
  const before = await memory(page);
  await next(page);
  await expect(page.getByTestId("words").locator("li")).toHaveCount(12);
  const words = await shown(page);
  const held = await memory(page);
  expect(words.filter((w) => !held.includes(`"${w}"`))).toEqual([]);

  // Left in the middle, the same words are there again.
  await page.reload();
  await expect(heading(page, "Where your money goes")).toBeVisible();
  await next(page);
  expect(await shown(page)).toEqual(words);
  await next(page, "I wrote them down");

  await expect(heading(page, "Two words, to be sure")).toBeVisible();
  await answerCheck(
    page,
    words.map(() => "zoo"),
  );
  await next(page, "Make the wallet");
  await expect(page.getByRole("alert")).toContainText("not the words");
  await answerCheck(page, words);
  await next(page, "Make the wallet");
  await expect(heading(page, "Join a network")).toBeVisible({ timeout: 30_000 });

  expect(leftOf(words, before, await memory(page)), "words in the page's memory after their screen").toEqual([]);

  await joinByLink(page);
  await expect(page.getByText(/CNX are missing/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByTestId("balance")).toHaveAttribute("data-wei", "0");
  await next(page, "Get test money");
  await expect(page.getByText("That is enough.")).toBeVisible({ timeout: 30_000 });
  await next(page);

  // The agent is ended and started again: it goes on here.
  await expect(heading(page, "What should it run first?")).toBeVisible();
  await agent.end();
  await agent.run();
  await page.goto("about:blank");
  await page.goto(await agent.link());
  await expect(heading(page, "What should it run first?")).toBeVisible({ timeout: 60_000 });
  await page.getByText("Helium's practice model").click();
  await next(page);

  await expect(heading(page, "Everything is here")).toBeVisible();
  await expect(async () => {
    await next(page, "Test and start earning");
    await expect(page.getByRole("button", { name: "Under way" })).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 60_000 });
  await expect(heading(page, "This computer is in the network")).toBeVisible({ timeout: 120_000 });
  await next(page, "Open Helium");
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 30_000 });

  const pairs = pairsOf(words);
  for (const [place, bytes] of await agent.everything()) {
    const text = bytes.toString("latin1").toLowerCase();
    expect(
      pairs.filter((p) => text.includes(p) || text.includes(p.replace(" ", '","'))),
      place,
    ).toEqual([]);
  }
});

const junk = "test test test test test test test test test test test junk";
const junkKey = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const junkAddress = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

test("a wallet is brought with its words, by the keyboard alone", async ({ page }) => {
  agent = await Agent.start();
  await page.goto(await agent.link());
  const press = async (name: string) => {
    const button = page.getByRole("button", { name, exact: true });
    await expect(button).toBeEnabled({ timeout: 60_000 });
    for (let i = 0; i < 30 && !(await button.evaluate((b) => b === document.activeElement)); i++) {
      await page.keyboard.press("Tab");
    }
    await expect(button).toBeFocused();
    await page.keyboard.press("Enter");
  };
  await press("Continue");
  await expect(heading(page, "Where your money goes")).toBeFocused();
  for (
    let i = 0;
    i < 5 &&
    !(await page
      .getByRole("radio")
      .first()
      .evaluate((r) => r === document.activeElement));
    i++
  ) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("ArrowDown");
  await press("Continue");
  await expect(heading(page, "Bring your wallet")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("tab", { name: "Words" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Recovery words")).toBeFocused();
  await page.keyboard.type("  Test test tset");
  await press("Bring it in");
  await expect(page.getByRole("alert")).toContainText("Word 3, “tset”, is no recovery word. Is it “test”?");
  await page.getByLabel("Recovery words").fill(junk.replace("junk", "test"));
  await press("Bring it in");
  await expect(page.getByRole("alert")).toContainText("not of one phrase");
  await page.getByLabel("Recovery words").fill(`  ${junk.toUpperCase()}  `);
  await press("Bring it in");
  await expect(heading(page, "Join a network")).toBeFocused({ timeout: 30_000 });
  await expect(async () => expect(await memory(page)).not.toContain(junk.toUpperCase())).toPass({ timeout: 10_000 });
  await joinByLink(page);
  await expect(page.getByTestId("address")).toHaveText(junkAddress);
});

test("a wallet is brought with its key and locked with a passphrase, which is asked for at the next start", async ({
  page,
}) => {
  agent = await Agent.start("--profile", network());
  await page.goto(await agent.link());
  await next(page);
  await page.getByText("I have one already").click();
  await next(page);
  await page.getByRole("tab", { name: "Key" }).click();
  await page.getByLabel("Private key").fill(`0x${junkKey}`);
  await page.getByText("Ask for a passphrase at every start").click();
  await page.getByLabel("Passphrase, at least 8 characters").fill("short");
  await next(page, "Bring it in");
  await expect(page.getByRole("alert")).toContainText("at least 8 characters");
  await page.getByLabel("Passphrase, at least 8 characters").fill("correct horse battery");
  await next(page, "Bring it in");
  await expect(page.getByTestId("address")).toHaveText(junkAddress, { timeout: 60_000 });
  const after = await memory(page);
  expect([junkKey, "correct horse battery"].filter((s) => after.includes(s))).toEqual([]);

  await agent.end();
  await agent.run();
  await page.goto("about:blank");
  await page.goto(await agent.link());
  await expect(heading(page, "Your wallet is locked")).toBeVisible({ timeout: 60_000 });
  await isAccessible(page);
  await shot(page, "first-run-locked");
  await page.getByLabel("Passphrase").fill("wrong horse");
  await next(page, "Unlock");
  await expect(page.getByRole("alert")).toContainText("not the passphrase", { timeout: 30_000 });
  await page.getByLabel("Passphrase").fill("correct horse battery");
  await next(page, "Unlock");
  await expect(page.getByTestId("address")).toHaveText(junkAddress, { timeout: 60_000 });
  for (const [place, bytes] of await agent.everything()) {
    const text = bytes.toString("latin1").toLowerCase();
    expect(
      [junkKey, "correct horse battery"].filter((s) => text.includes(s)),
      place,
    ).toEqual([]);
  }
});

test("what is no wallet file, no link and no network is refused in words", async ({ page }) => {
  agent = await Agent.start();
  const file = join(agent.dir, "no-wallet.json");
  await writeFile(file, '{"version":3,"crypto":{"kdf":"scrypt","kdfparams":{"n":1073741824}}}');
  await page.goto(await agent.link());
  await next(page);
  await page.getByText("I have one already").click();
  await next(page);
  await page.getByRole("tab", { name: "File" }).click();
  await page.getByLabel("Wallet file").setInputFiles(file);
  await next(page, "Bring it in");
  await expect(page.getByRole("alert")).toContainText("keystore file");
  await page.getByRole("tab", { name: "Key" }).click();
  await page.getByLabel("Private key").fill(junkKey);
  await next(page, "Bring it in");
  await expect(heading(page, "Join a network")).toBeVisible({ timeout: 30_000 });
  await page.getByText("One I have a link to").click();
  await page.getByLabel("Link", { exact: true }).fill("http://127.0.0.1:9/v1/network");
  await next(page, "Connect");
  await expect(page.getByRole("alert")).toContainText("leads to no network");
  await page.getByText("One I have a file of").click();
  await page.getByLabel("Profile file").setInputFiles(file);
  await next(page, "Connect");
  await expect(page.getByRole("alert")).toContainText("no network's profile");
});

for (const scheme of schemes) {
  test(`looks right in ${scheme}`, async ({ page }) => {
    agent = await Agent.start();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const look = async (name: string) => {
      for (const size of sizes) {
        await page.setViewportSize(size);
        await shot(page, `first-run-${name}-${scheme}-${size.name}`);
        await fitsItsWidth(page);
      }
      await isAccessible(page);
    };
    await page.goto(await agent.link());
    await expect(page.getByTestId("verdict")).toHaveAttribute("data-verdict", /slow|fair|strong/, { timeout: 60_000 });
    await look("1-computer");
    await next(page);
    await expect(heading(page, "Where your money goes")).toBeVisible();
    await look("2-wallet");
    await page.getByText("I have one already").click();
    await next(page);
    await look("2-import");
    await next(page, "Back");
    await next(page);
    await expect(page.getByTestId("words").locator("li")).toHaveCount(12);
    await look("2-words");
    const words = await shown(page);
    await next(page, "I wrote them down");
    await answerCheck(page, words);
    await page.getByText("Ask for a passphrase at every start").click();
    await look("2-check");
    await page.getByText("Ask for a passphrase at every start").click();
    await next(page, "Make the wallet");
    await expect(heading(page, "Join a network")).toBeVisible({ timeout: 30_000 });
    await look("3-network");
    await joinByLink(page);
    await expect(page.getByText(/CNX are missing/)).toBeVisible({ timeout: 30_000 });
    await look("3-deposit");
    await next(page, "Continue, and send it later");
    await expect(heading(page, "What should it run first?")).toBeVisible();
    await look("4-model");
    // No hub answers here: what is said of that, and that it can be left.
    await next(page, "Get this model");
    await expect(page.getByRole("alert")).toBeVisible({ timeout: 60_000 });
    await look("4-no-model");
    await page.getByText("Helium's practice model").click();
    await next(page);
    await expect(heading(page, "Everything is here")).toBeVisible();
    await look("5-test");
  });
}
