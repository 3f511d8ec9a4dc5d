import { expect, test } from "@playwright/test";
import { isAccessible, shot } from "./looks";
import { ready } from "./ready";

test("a node's own page shows what it does, and its link's token leaves the address bar", async ({ page }) => {
  const node = ready().nodes[0];
  if (!node) throw new Error("the network has no nodes");
  await page.goto(node.api);
  const status = page.getByTestId("status");
  await expect(status).toHaveAttribute("data-status", /running|working/, { timeout: 60_000 });
  expect(page.url()).not.toContain("token");
  const shown = await page.locator("code").evaluateAll((all) => all.map((c) => c.getAttribute("title")?.toLowerCase()));
  expect(shown).toContain(node.address.toLowerCase());
  await shot(page, "devnet-node");
  await isAccessible(page);

  // The token is kept for this tab.
  await page.reload();
  await expect(status).toHaveAttribute("data-status", /running|working/);
});

test("a node is paused and resumed from its page", async ({ page }) => {
  const node = ready().nodes.at(-1);
  if (!node) throw new Error("the network has no nodes");
  await page.goto(node.api);
  const status = page.getByTestId("status");
  await expect(status).toHaveAttribute("data-status", /running|working/, { timeout: 60_000 });
  await page.getByTestId("action-pause").click();
  await page.getByTestId("pause-open").click();
  await expect(status).toHaveAttribute("data-status", "paused", { timeout: 60_000 });
  await page.getByTestId("action-resume").click();
  await expect(status).toHaveAttribute("data-status", "running", { timeout: 60_000 });
});

test("without the link's token the page says so and shows nothing", async ({ page }) => {
  const node = ready().nodes[0];
  await page.goto(new URL("/", node?.api).href);
  await expect(page.getByText("This page needs its link")).toBeVisible();
  await expect(page.getByTestId("status")).toHaveCount(0);
});
