import { readFileSync } from "node:fs";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Agent } from "./agent";
import { fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { ready } from "./ready";

const tags = { en: "en", zh: "zh-Hans", es: "es", de: "de" } as const;

let agent: Agent;
let started: Agent | undefined;
test.afterEach(async () => {
  await started?.remove();
  started = undefined;
});

/** An agent that was set up before, on the network, and earns nothing yet. */
async function settled(): Promise<Agent> {
  const made = await Agent.start();
  await made.end();
  await writeFile(join(made.dir, "setup.json"), '{"step":"done"}');
  const profile = await fetch(ready().profile);
  await writeFile(join(made.dir, "network.json"), await profile.text());
  await made.run();
  return made;
}

async function openSettings(page: Page) {
  await page.goto(await agent.link());
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "stopped", { timeout: 90_000 });
  await page.locator('nav a[href="#/settings"]').click();
  await expect(page.locator("#language")).toBeVisible();
}

const texts = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../src/lib/locales", `${name}.json`), "utf8")) as Record<
    string,
    string
  >;
const say = (language: string, id: string) => texts(`${language}-settings`)[id] ?? "";

/** Texts of the page, also those that only a reader hears, that are English in the catalogs and are another's there. */
async function leftInEnglish(page: Page, language: string): Promise<string[]> {
  const shown = await page.evaluate(() => {
    const found: string[] = [];
    for (const e of document.querySelectorAll("body *:not([lang='en'], [lang='en'] *, script, style)")) {
      for (const n of e.childNodes)
        if (n.nodeType === Node.TEXT_NODE && n.textContent) found.push(n.textContent.trim());
      for (const a of ["aria-label", "title", "placeholder"]) found.push(e.getAttribute(a) ?? "");
    }
    return found;
  });
  const english = new Set<string>();
  for (const part of ["", "-node", "-settings", "-setup", "-said"]) {
    const theirs = texts(language + part);
    for (const [id, text] of Object.entries(texts(`en${part}`))) if (theirs[id] !== text) english.add(text);
  }
  return shown.filter((s) => english.has(s));
}

test("a language changes every text at once, and is there again after a reload and a restart", async ({ page }) => {
  agent = started = await settled();
  await openSettings(page);
  for (const language of ["zh", "es", "de", "en"] as const) {
    await page.locator("#language").selectOption(language);
    await expect(page.locator("html")).toHaveAttribute("lang", tags[language]);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(say(language, "settings.title"));
    await expect(page.getByTestId("places")).toContainText("ms".slice(0, language === "zh" ? 0 : 2));
    if (language === "en") continue;
    expect(await leftInEnglish(page, language)).toEqual([]);
    await page.locator('nav a[href="#/"]').click();
    await expect(page.getByTestId("status")).toHaveText(texts(`${language}-node`)["status.stopped"] ?? "");
    expect(await leftInEnglish(page, language)).toEqual([]);
    await page.locator('nav a[href="#/settings"]').click();
  }

  await page.locator("#language").selectOption("de");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  expect(JSON.parse(await readFile(join(agent.dir, "settings.json"), "utf8")).language).toBe("de");

  // Another browser, which keeps nothing yet, is told by the agent.
  await agent.end();
  await agent.run();
  await page.evaluate(() => localStorage.clear());
  await page.goto("about:blank");
  await openSettings(page);
  await expect(page.getByRole("heading", { level: 1, name: "Einstellungen" })).toBeVisible();
  await page.locator("#language").selectOption("");
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
});

test("the first run is in the language of the browser, and can be in another", async ({ browser }) => {
  agent = started = await Agent.start();
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(await agent.link());
  await expect(page.getByRole("heading", { level: 1, name: "让这台电脑为你赚钱" })).toBeVisible();
  expect(await leftInEnglish(page, "zh")).toEqual([]);
  await page.locator("#language").selectOption("es");
  await expect(page.getByRole("heading", { level: 1, name: "Deja que este ordenador gane para ti" })).toBeVisible();
  await context.close();
});

test("the appearance changes at once and stays", async ({ page }) => {
  agent = started = await settled();
  await page.emulateMedia({ colorScheme: "light" });
  await openSettings(page);
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const [light, dark] = ["rgb(253, 252, 251)", "rgb(20, 20, 31)"];
  expect(await paper()).toBe(light);
  await page.getByRole("radio", { name: "Dark" }).click();
  await expect.poll(paper).toBe(dark);
  await page.reload();
  expect(await paper()).toBe(dark);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByRole("radio", { name: "Light" }).click();
  await expect.poll(paper).toBe(light);
  await page.getByRole("radio", { name: "As the system" }).click();
  await expect.poll(paper).toBe(dark);
});

test("a proxy is checked before it is kept, and its password never comes back", async ({ page }) => {
  agent = started = await settled();
  await openSettings(page);
  const part = page.getByTestId("downloads");
  const field = (name: string) => part.getByLabel(name, { exact: true });
  const save = () => part.getByRole("button", { name: "Save" }).click();
  for (const [address, words] of [
    ["ftp://proxy.example", "begins with http://"],
    ["http://proxy.example:99999", "from 1 to 65535"],
    ["http://", "no proxy's address"],
  ] as const) {
    await field("Proxy").fill(address);
    await save();
    await expect(part.getByRole("alert")).toContainText(words);
    // What was typed is not lost.
    await expect(field("Proxy")).toHaveValue(address);
  }
  await field("Proxy").fill("http://erika:swordfish99@127.0.0.1:9");
  await field("Token for Hugging Face").fill("hf_abcdefghijklmnop");
  await save();
  await expect(part.getByText("Saved")).toBeVisible();
  await expect(field("Proxy")).toHaveValue("http://127.0.0.1:9");
  await expect(
    part.getByText("A name and a password for this proxy are in a file that only you can read."),
  ).toBeVisible();
  await part.getByRole("button", { name: "Try it" }).click();
  await expect(part.getByRole("alert")).toContainText("does not answer");

  await page.reload();
  await expect(part.getByText("A token is in a file")).toBeVisible();
  const page_ = await page.evaluate(
    () => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }),
  );
  const inputs = await page.locator("input").evaluateAll((all) => all.map((i) => (i as HTMLInputElement).value).join());
  for (const secret of ["swordfish99", "hf_abcdefghijklmnop"]) {
    expect(page_ + inputs).not.toContain(secret);
    for (const [place, bytes] of await agent.everything()) {
      if (!/secrets\/secret-/.test(place)) expect(bytes.toString("latin1"), place).not.toContain(secret);
    }
  }
  await part.getByRole("button", { name: "Forget the proxy's password" }).click();
  await expect(part.getByText("A name and a password")).toHaveCount(0);
  await part.getByRole("button", { name: "Forget the token" }).click();
  await expect(part.getByText("A token is in a file")).toHaveCount(0);
});

test("diagnostics are seen before they are copied, and hold no secret", async ({ page, context }) => {
  agent = started = await settled();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openSettings(page);
  const part = page.getByTestId("downloads");
  await part.getByLabel("Proxy", { exact: true }).fill("http://erika:swordfish99@127.0.0.1:9");
  await part.getByLabel("Token for Hugging Face").fill("hf_abcdefghijklmnop");
  await part.getByRole("button", { name: "Save" }).click();
  await expect(part.getByText("Saved")).toBeVisible();
  await page.getByRole("button", { name: "Copy diagnostics" }).click();
  const dialog = page.getByTestId("diagnostics");
  await expect(dialog.locator("pre")).toContainText("## Log");
  const preview = (await dialog.locator("pre").textContent()) ?? "";
  await isAccessible(page);
  await shot(page, "settings-diagnostics");
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(preview);

  const { token } = JSON.parse(await readFile(join(agent.dir, "agent.json"), "utf8"));
  const all = await agent.everything();
  const keyFile = [...all.keys()].find((f) => f.endsWith("key.json"));
  const passphrase = [...all.entries()]
    .find(([f]) => f.includes("/passphrase-"))?.[1]
    .toString()
    .trim();
  const { address } = JSON.parse(all.get(keyFile ?? "")?.toString() ?? "{}");
  const secrets = ["swordfish99", "erika", "hf_abcdefghijklmnop", token, passphrase, address, agent.dir];
  expect(secrets.every((s) => typeof s === "string" && s.length > 4)).toBe(true);
  for (const secret of secrets) expect(preview.toLowerCase()).not.toContain(secret.toLowerCase());
  for (const fact of ["version: ", "chain: ", "status: stopped", "proxy: http, with a login", "signed in: true"]) {
    expect(preview).toContain(fact);
  }
});

test("the log is shown as it is written, by how grave it is", async ({ page }) => {
  agent = started = await settled();
  await openSettings(page);
  const part = page.getByTestId("log");
  const log = part.getByRole("log");
  await part.getByLabel("Show").selectOption("debug");
  await expect(log.locator("[data-level=debug]").first()).toBeAttached();
  await part.getByLabel("Show").selectOption("info");
  await expect(log.locator("[data-level=debug]")).toHaveCount(0);
  await page.getByTestId("downloads").getByLabel("Mirror of Hugging Face").fill("http://127.0.0.1:9");
  await page.getByTestId("downloads").getByRole("button", { name: "Save" }).click();
  await expect(log.getByText("models are fetched another way")).toBeAttached();
  await part.getByLabel("Show").selectOption("error");
  await expect(log.getByText("models are fetched another way")).toHaveCount(0);
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    await part.getByRole("button", { name: "Open the folder" }).click();
    await expect(part.getByRole("alert")).toContainText("no desktop here");
  }
  const file = await readFile(join(agent.dir, "logs", "agent.log"), "utf8");
  expect(file).toContain("models are fetched another way");
});

test("the network's servers are looked at, and a network is changed for another", async ({ page }) => {
  agent = started = await settled();
  await openSettings(page);
  const part = page.getByTestId("network");
  await expect(part.getByTestId("places").getByText(/answers in/)).toHaveCount(2, { timeout: 20_000 });
  await expect(part).toContainText("Joined by its link or file");
  await part.getByRole("button", { name: "Change the network" }).click();
  const dialog = page.getByTestId("change-network");
  await dialog.getByLabel("Link", { exact: true }).fill("http://127.0.0.1:9/v1/network");
  await dialog.getByRole("button", { name: "Change", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("leads to no network");
  await isAccessible(page);
  await shot(page, "settings-change-network");
  // The same network by its link, under another name: it is another profile to the agent.
  const copy = join(agent.dir, "other.json");
  await copyFile(join(agent.dir, "network.json"), copy);
  const profile = JSON.parse(await readFile(copy, "utf8"));
  await writeFile(copy, JSON.stringify({ ...profile, name: "another" }));
  await dialog.getByText("One I have a file of").click();
  await dialog.getByLabel("Profile file").setInputFiles(copy);
  await dialog.getByRole("button", { name: "Change", exact: true }).click();
  await expect(dialog).toHaveCount(0, { timeout: 30_000 });
  await expect(part).toContainText("another", { timeout: 60_000 });
  await expect(part.getByTestId("places").getByText(/answers in/)).toHaveCount(2, { timeout: 20_000 });
});

test("a node whose network was given has no other to change to", async ({ page }) => {
  const node = ready().nodes[0];
  await page.goto(node?.api ?? "");
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 60_000 });
  await page.locator('nav a[href="#/settings"]').click();
  await expect(page.getByTestId("network")).toContainText("Chosen when Helium was started");
  await expect(page.getByRole("button", { name: "Change the network" })).toHaveCount(0);
});

test("everything is done by the keyboard alone", async ({ page }) => {
  agent = started = await settled();
  await openSettings(page);
  await page.reload();
  await expect(page.locator("#language")).toBeEnabled();
  const to = async (what: () => Promise<boolean>) => {
    for (let i = 0; i < 60; i++) {
      if (await what()) return;
      await page.keyboard.press("Tab");
    }
    throw new Error("the keyboard does not get there");
  };
  const has = (locator: ReturnType<Page["locator"]>) => () => locator.evaluate((e) => e === document.activeElement);
  await to(has(page.locator("#language")));
  await page.keyboard.type("Deu");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await to(has(page.getByRole("radio", { name: "Wie das System" })));
  // As a person would, whose key is still down when the next choice has the focus; the agent may answer later.
  for (const next of ["Hell", "Dunkel"]) {
    await page.keyboard.down("ArrowRight");
    await expect(page.getByRole("radio", { name: next })).toBeFocused();
    await page.keyboard.up("ArrowRight");
  }
  await expect(page.locator("html")).toHaveAttribute("data-look", "dark");
  const button = page.getByRole("button", { name: "Diagnose kopieren" });
  await to(has(button));
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("diagnostics")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("diagnostics")).toHaveCount(0);
  await expect(button).toBeFocused();
});

test("the link of a rig without a screen is taken once, and ends with the agent", async ({ page }) => {
  const port = await new Promise<number>((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
  agent = started = await Agent.start("--listen", `127.0.0.1:${port}`);
  const first = await agent.link();
  expect(agent.log).toContain(first);
  await page.goto(first);
  await expect(page.getByTestId("verdict")).toBeVisible({ timeout: 60_000 });
  expect(page.url()).toBe(`http://127.0.0.1:${port}/`);
  expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
  await page.reload();
  await expect(page.getByTestId("verdict")).toBeVisible();

  const stranger = await page.context().newPage();
  for (const wrong of ["#token=0000", ""]) {
    await stranger.goto("about:blank");
    await stranger.goto(`http://127.0.0.1:${port}/${wrong}`);
    await expect(stranger.getByText("This page needs its link")).toBeVisible({ timeout: 20_000 });
    expect(stranger.url()).not.toContain("token");
    await expect(stranger.getByTestId("verdict")).toHaveCount(0);
  }
  await stranger.close();

  // Another start has another token: the open page says what to do, and the new link helps.
  await agent.end();
  await agent.run();
  const second = await agent.link();
  expect(second).not.toBe(first);
  await expect(page.getByText("This page needs its link")).toBeVisible({ timeout: 30_000 });
  await page.goto("about:blank");
  await page.goto(second);
  await expect(page.getByTestId("verdict")).toBeVisible({ timeout: 60_000 });
});

test("an agent that the window starts logs into its folder, and says its link to nobody", async ({ page }) => {
  agent = started = await Agent.start("--log-to-file");
  await page.goto(await agent.link());
  await expect(page.getByTestId("verdict")).toBeVisible({ timeout: 60_000 });
  const { token } = JSON.parse(await readFile(join(agent.dir, "agent.json"), "utf8"));
  // What is done is in the log, and there alone.
  await expect(async () => started?.call("setupNext")).toPass({ timeout: 30_000 });
  await agent.call("importWallet", { kind: "key", text: "1".repeat(64), file_passphrase: "", passphrase: "" });
  const log = join(agent.dir, "logs", "agent.log");
  await expect.poll(() => readFile(log, "utf8").catch(() => ""), { timeout: 10_000 }).toContain("the wallet is open");
  expect(agent.log).toBe("");
  for (const [place, bytes] of await agent.everything()) {
    if (!place.endsWith("agent.json")) expect(bytes.toString("latin1"), place).not.toContain(token);
  }
});

/** Lengthens every text by two fifths, as a language of long words would. */
async function lengthen(page: Page) {
  await page.evaluate(() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const n = walk.currentNode as Text;
      if (n.data.trim() && !n.parentElement?.closest("pre, [role=log], option, script")) {
        n.data += n.data.slice(0, Math.ceil(n.data.length * 0.4));
      }
    }
  });
}

for (const scheme of schemes) {
  test(`looks right in every language, ${scheme}`, async ({ page }) => {
    test.setTimeout(400_000);
    agent = started = await settled();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await openSettings(page);
    for (const language of ["en", "zh", "es", "de"] as const) {
      await page.locator("#language").selectOption(language);
      await expect(page.locator("html")).toHaveAttribute("lang", tags[language]);
      for (const [name, path] of [
        ["settings", "#/settings"],
        ["home", "#/"],
      ] as const) {
        await page.locator(`nav a[href="${path}"]`).click();
        for (const size of sizes) {
          await page.setViewportSize(size);
          await shot(page, `${name}-${language}-${scheme}-${size.name}`);
          await fitsItsWidth(page);
        }
        await isAccessible(page);
      }
      await page.locator('nav a[href="#/settings"]').click();
      await page.locator("main").evaluate((e) => e.scrollTo(0, e.scrollHeight / 2));
      await shot(page, `settings-2-${language}-${scheme}`);
      await page.locator("main").evaluate((e) => e.scrollTo(0, e.scrollHeight));
      await shot(page, `settings-3-${language}-${scheme}`);
    }
    await page.setViewportSize({ width: 900, height: 600 });
    for (const path of ["#/", "#/settings"]) {
      await page.locator(`nav a[href="${path}"]`).click();
      await lengthen(page);
      await shot(page, `long-${path.slice(2) || "home"}-${scheme}`);
      await fitsItsWidth(page);
      await page.reload();
    }
  });
}

test("whose work is in Helium can be read", async ({ page }) => {
  agent = started = await settled();
  await openSettings(page);
  await page.getByRole("button", { name: "Licences" }).click();
  const dialog = page.getByTestId("licences");
  for (const name of ["react ", "wouter ", "github.com/ethereum/go-ethereum ", "MIT", "Apache License"]) {
    await expect(dialog.locator("pre")).toContainText(name);
  }
  await isAccessible(page);
});
