import { expect, test } from "@playwright/test";
import { isAccessible, shot } from "./looks";
import { ready } from "./ready";

/** How long a whole task may take on a slow machine that has two cores for everything. */
const task = 120_000;

test("a question to the real network is answered, verified, and has a receipt of three machines", async ({ page }) => {
  const network = ready();
  const problems: string[] = [];
  page.on("console", (m) => m.type() === "error" && problems.push(m.text()));
  page.on("pageerror", (e) => problems.push(String(e)));

  await page.goto(network.chat);
  await expect(page.getByRole("combobox", { name: "Model" })).toBeVisible();
  await page.getByTestId("prompt").fill("What is Helium?");
  await page.getByTestId("send").click();

  const badge = page.getByTestId("badge");
  await expect(badge).toHaveAttribute("data-state", "provisional");
  await expect(page.getByTestId("answer-text")).toContainText(/\w+/, { timeout: task });
  await expect(badge).toHaveAttribute("data-state", "verified", { timeout: task });
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

  // The receipt is kept: it is there again after the page was closed.
  await page.keyboard.press("Escape");
  await page.waitForTimeout(100);
  await page.reload();
  await expect(badge).toHaveAttribute("data-state", "verified");
  expect(problems).toEqual([]);
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
