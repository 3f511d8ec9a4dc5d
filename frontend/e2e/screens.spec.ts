import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { Agent } from "./agent";
import { fitsItsWidth, isAccessible, shot } from "./looks";
import { ready } from "./ready";

// Every screen of the app by one agent: in each language, light and dark, and each
// dialog by the keyboard alone.

const tags = { en: "en", zh: "zh-Hans", es: "es", de: "de" } as const;
type Language = keyof typeof tags;

const texts = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../src/lib/locales", `${name}.json`), "utf8")) as Record<
    string,
    string
  >;

/** Each screen with the name of its title, which says that it is there. */
const screens = [
  ["", "node", "node.home"],
  ["earnings", "earnings", "earnings.title"],
  ["node", "stake", "stake.title"],
  ["wallet", "wallet", "wallet.title"],
  ["models", "models", "models.title"],
  ["when", "when", "when.title"],
  ["computer", "computer", "computer.title"],
  ["chat", "chat", "chat.title"],
  ["settings", "settings", "settings.title"],
] as const;

let agent: Agent;
test.beforeAll(async () => {
  // Set up before, on the network, and earning nothing yet.
  agent = await Agent.start();
  await agent.end();
  await writeFile(join(agent.dir, "setup.json"), '{"step":"done"}');
  await writeFile(join(agent.dir, "network.json"), await (await fetch(ready().profile)).text());
  await agent.run();
  await agent.until("the network", (s) => s.network.connected && s.node.status === "stopped", 90_000);
});
test.afterAll(() => agent?.remove());

async function open(page: Page) {
  await page.setViewportSize({ width: 900, height: 600 });
  await page.goto(await agent.link());
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "stopped");
}

async function show(page: Page, path: string, title: string) {
  await page.locator(`nav a[href="#/${path}"]`).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title);
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
}

async function speak(page: Page, language: Language) {
  await agent.call("setLanguage", language);
  await expect(page.locator("html")).toHaveAttribute("lang", tags[language]);
}

for (const language of Object.keys(tags) as Language[]) {
  test(`every screen can be used by everybody in ${language}`, async ({ page }) => {
    await open(page);
    await speak(page, language);
    for (const [path, part, id] of screens) {
      await show(page, path, texts(`${language}-${part}`)[id] ?? "");
      await fitsItsWidth(page);
      await shot(page, `screen-${language}-${path || "home"}`);
      // One more language shows that names and roles are as good in another; no colour depends on it.
      if (language === "en" || language === "de") await isAccessible(page);
      if (language !== "en") continue;
      await page.emulateMedia({ colorScheme: "dark" });
      await isAccessible(page);
      await page.emulateMedia({ colorScheme: "light" });
    }
  });
}

test("every screen can be read at twice its size", async ({ page }) => {
  await open(page);
  // A browser that enlarges a page to 200 % gives it half the room.
  await page.setViewportSize({ width: 450, height: 600 });
  for (const language of ["de", "zh"] as const) {
    await speak(page, language);
    for (const [path, part, id] of screens) {
      await show(page, path, texts(`${language}-${part}`)[id] ?? "");
      await fitsItsWidth(page);
      await shot(page, `twice-${language}-${path || "home"}`);
    }
  }
  await speak(page, "en");
});

/** What opens a dialog, by screen. */
const openers: Record<string, (page: Page) => Locator[]> = {
  earnings: (page) => [page.getByTestId("set-electricity")],
  node: (page) => [page.getByTestId("payout-change")],
  wallet: (page) => [page.getByTestId("show-words"), page.getByTestId("save-file")],
  models: (page) => ["models.add", "models.disk.limit", "models.disk.move"].map((id) => button(page, "models", id)),
  settings: (page) =>
    ["settings.network.change", "settings.diagnostics", "settings.about.licences"].map((id) =>
      button(page, "settings", id),
    ),
};

const button = (page: Page, part: string, id: string) =>
  page.getByRole("main").getByRole("button", { name: texts(`en-${part}`)[id], exact: true });

/** Opens a dialog, goes through it and leaves it, without a mouse. */
async function goesThrough(page: Page, opener: Locator) {
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  const isInside = () => dialog.evaluate((d) => d.contains(document.activeElement));
  await expect.poll(isInside).toBe(true);
  const stops = await dialog.locator("button, input, select, textarea, a[href], [tabindex='0']").count();
  for (const key of ["Tab", "Shift+Tab"]) {
    for (let i = 0; i <= stops; i++) {
      await page.keyboard.press(key);
      expect(await isInside(), `${key} ${i} of ${stops}`).toBe(true);
    }
  }
  await isAccessible(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(opener).toBeFocused();
}

test("every dialog is opened, gone through and left by the keyboard", async ({ page }) => {
  await open(page);
  await speak(page, "en");
  for (const [path, part, id] of screens) {
    await show(page, path, texts(`en-${part}`)[id] ?? "");
    for (const opener of openers[path]?.(page) ?? []) await goesThrough(page, opener);
  }
  // In little room the conversations are behind a button.
  await show(page, "chat", texts("en-chat")["chat.title"] ?? "");
  await goesThrough(page, button(page, "chat", "chat.menu"));
});
