import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Agent } from "./agent";
import { fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { ready } from "./ready";

let agent: Agent | undefined;
test.afterEach(async () => {
  await agent?.remove();
  agent = undefined;
});

async function ask(page: Page, question: string) {
  await page.getByTestId("prompt").fill(question);
  await page.getByTestId("prompt").press("Enter");
  await expect(page.getByText("Verified", { exact: false }).first()).toBeVisible({ timeout: 90_000 });
}

/** What the wallet holds, in wei, as the screen reads it aloud. */
async function balance(page: Page): Promise<bigint> {
  const card = page.locator("dl > div").filter({ hasText: "Balance" });
  const exact = (await card.locator(".sr-only").first().textContent()) ?? "";
  const [whole = "", part = ""] = exact.replace(/[^0-9.]/g, "").split(".");
  return BigInt(whole) * 10n ** 18n + BigInt(part.padEnd(18, "0"));
}

test("the chat tab asks the local network for nothing, and looks right everywhere", async ({ page }) => {
  await page.goto(ready().nodes[0]?.api ?? "");
  await page.getByRole("link", { name: "Chat" }).click();
  await expect(page.getByText("this computer's own network pays")).toBeVisible();
  await ask(page, "What is Helium?");

  // It goes on while another screen is shown, and is still there.
  await page.getByRole("link", { name: "Home" }).click();
  await page.getByRole("link", { name: "Chat" }).click();
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme });
      await fitsItsWidth(page);
      await isAccessible(page);
      await shot(page, `chat-tab-${size.name}-${scheme}`);
    }
  }
});

test("elsewhere the wallet pays, exactly the price of the receipt", async ({ page }) => {
  // The same network, without the page that is open to all.
  const profile = (await (await fetch(ready().profile)).json()) as { chat?: string };
  expect(profile.chat).toBeTruthy();
  delete profile.chat;
  const file = join(tmpdir(), `helium-profile-${process.pid}.json`);
  await writeFile(file, JSON.stringify(profile));
  agent = await Agent.start("--run", "--always", "--profile", file);

  await page.goto(await agent.link());
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 120_000 });
  // So that what it earns is not mixed up with what it pays.
  await page.getByTestId("action-pause").click();
  await page.getByTestId("pause-open").click();
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "paused", { timeout: 60_000 });
  const before = await balance(page);

  await page.getByRole("link", { name: "Chat" }).click();
  await expect(page.getByText("Your wallet pays the machines")).toBeVisible();
  const asked = page.waitForResponse(/\/bridge\/v1\/chat\/completions/);
  await ask(page, "Who pays for this?");
  await shot(page, "chat-tab-paid");
  const id = (await asked).headers()["x-helium-receipt"];
  const headers = { Authorization: `Bearer ${(await agent.link()).split("#token=")[1]}` };
  const receipt = new URL(`/bridge/v1/receipts/${id}`, page.url());
  await expect
    .poll(async () => (await fetch(receipt, { headers })).text(), { timeout: 60_000, message: `receipt ${id}` })
    .toContain('"fee"');
  const { fee, refunded } = (await (await fetch(receipt, { headers })).json()) as { fee: string; refunded: string };
  await page.getByRole("link", { name: "Home" }).click();
  await expect.poll(() => balance(page), { timeout: 60_000 }).toBe(before - BigInt(fee) + BigInt(refunded));

  // Other programs of this computer have no way in.
  const models = new URL("/bridge/v1/models", page.url());
  expect((await fetch(models)).status).toBe(401);
  expect((await fetch(models, { headers: { Authorization: "Bearer x" } })).status).toBe(401);
});
