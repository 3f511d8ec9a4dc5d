import { expect, type Page, test } from "@playwright/test";
import type { State } from "../src/lib/api.gen";
import { fitsItsWidth, isAccessible, shot, sizes } from "./looks";
import { Stand } from "./stand";

const wei = (cnx: number) => `${BigInt(cnx) * 10n ** 18n}`;

/** A state that the settings have a part for each bit of. */
function stateOf(change: (s: State) => void = () => {}): State {
  const state = {
    version: "0.1.0",
    now: "2026-11-24T12:00:00Z",
    node: { status: "stopped", chain: "quit", stake: "0", stake_needed: wei(400), want_running: false },
    wallet: { address: "0x52908400098527886E0F7030069857D2E4169EE7", balance: "0", gas: "0", passphrase_in: "file" },
    hardware: { name: "x", kind: "cpu", vram_gb: 0, backend: "cpu", runtime: "cpu/1", why: "" },
    engine: { status: "ready", model: "", models: [], restarts: 0 },
    network: { name: "testnet", chain_id: 7, connected: true, head: 1, has_faucet: false },
    earnings: { today: "0", week: "0", total: "0", credited: "0", tasks_today: 0, tasks_total: 0 },
    when: { unread: [] },
    recent: [],
    desktop: {
      settings: {
        start_at_login: true,
        close_to_tray: true,
        notify: { first_earning: true, slashed: true, kicked_out: true, low_gas: false, update: true },
      },
      unable: [],
      quitting: false,
    },
    settings: {
      language: "",
      appearance: "system",
      downloads: { proxy: "", proxy_login: false, endpoint: "", token: false, secrets_in: "" },
      log_folder: "/home/someone/.config/Helium/logs",
    },
  } as unknown as State;
  change(state);
  return state;
}

interface Call {
  method: string;
  params: unknown[];
}

/** Plays an agent that answers every call, and notes it. */
async function play(page: Page, state: State): Promise<Call[]> {
  const calls: Call[] = [];
  await page.routeWebSocket(/\/api$/, (socket) => {
    socket.onMessage((text) => {
      const { id, method, params } = JSON.parse(String(text)) as Call & { id: number };
      calls.push({ method, params });
      const results: Record<string, unknown> = {
        helium_subscribe: params[0],
        helium_checkNetwork: {
          from: "kept",
          places: [
            { kind: "chain", host: "chain.example", milliseconds: 41 },
            { kind: "relay", host: "relay.example", milliseconds: 0, problem: "dial tcp: connection refused" },
          ],
        },
      };
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: results[method] ?? null }));
      const tell = (result: unknown) =>
        socket.send(
          JSON.stringify({
            jsonrpc: "2.0",
            method: "helium_subscription",
            params: { subscription: params[0], result },
          }),
        );
      if (method === "helium_subscribe" && params[0] === "state") tell(state);
      if (method === "helium_subscribe" && params[0] === "log") {
        tell([{ seq: 1, at: "2026-11-24T12:00:00Z", level: "warn", text: "the node can't run yet" }]);
      }
    });
  });
  await page.goto(`${stand.url}#token=secret`);
  await page.locator('nav a[href="#/settings"]').click();
  return calls;
}

let stand: Stand;
test.beforeEach(async () => {
  stand = await Stand.start("node");
});
test.afterEach(() => stand.stop());

test("a choice of the desktop is asked for with all the others", async ({ page }) => {
  const state = stateOf();
  const calls = await play(page, state);
  const part = page.getByTestId("desktop");
  await part.getByRole("switch", { name: "Start when I log in" }).click();
  await expect
    .poll(() => calls.at(-1))
    .toEqual({ method: "helium_setDesktop", params: [{ ...state.desktop.settings, start_at_login: false }] });
  await part.getByRole("switch", { name: "Too few coins for fees" }).press("Space");
  await expect
    .poll(() => calls.at(-1))
    .toEqual({
      method: "helium_setDesktop",
      params: [{ ...state.desktop.settings, notify: { ...state.desktop.settings.notify, low_gas: true } }],
    });
});

test("a newer Helium is named beside this one's version", async ({ page }) => {
  await play(
    page,
    stateOf((s) => {
      s.update = { version: "0.2.0", page: "https://downloads.example/helium" };
    }),
  );
  const about = page.getByTestId("about");
  await expect(about).toContainText("Helium 0.2.0 is here. You have 0.1.0.");
  await expect(about.getByRole("link", { name: "Get it" })).toHaveAttribute("href", "https://downloads.example/helium");
});

test("what does not hold here says why", async ({ page }) => {
  await play(
    page,
    stateOf((s) => {
      s.desktop.unable = [
        { choice: "start_at_login", why: "headless" },
        { choice: "close_to_tray", why: "no_tray" },
        { choice: "notify", why: "refused", detail: "the service is not there" },
      ];
    }),
  );
  const part = page.getByTestId("desktop");
  for (const name of ["Start when I log in", "Go on when I close the window", "My first earnings"]) {
    await expect(part.getByRole("switch", { name })).toBeDisabled();
    await expect(part.getByRole("switch", { name })).not.toBeChecked();
  }
  for (const why of ["started by a command", "shows no tray icons", "the service is not there"]) {
    await expect(part.getByText(why)).toBeVisible();
  }
  await isAccessible(page);
});

test("a server that is silent is named, with why", async ({ page }) => {
  await play(page, stateOf());
  const places = page.getByTestId("places");
  await expect(places.getByText("answers in 41 ms")).toBeVisible();
  await expect(places.getByText("doesn't answer")).toBeVisible();
  await expect(places.getByText("connection refused")).toBeVisible();
});

test("a network that holds a deposit is not left by mistake", async ({ page }) => {
  const calls = await play(
    page,
    stateOf((s) => {
      s.node = { ...s.node, status: "running", stake: wei(400), want_running: true };
    }),
  );
  await page.getByRole("button", { name: "Change the network" }).click();
  const dialog = page.getByTestId("change-network");
  await dialog.getByLabel("Link", { exact: true }).fill("https://network.example");
  await expect(dialog.getByRole("button", { name: "Change", exact: true })).toBeDisabled();
  await expect(dialog.getByText("your deposit of 400 CNX comes back")).toBeVisible();
  await shot(page, "settings-change-running");
  await isAccessible(page);
  await dialog.getByRole("button", { name: "Stop" }).click();
  await expect.poll(() => calls.at(-1)?.method).toBe("helium_stop");
});

test("a network that can't be reached is left only on the owner's word", async ({ page }) => {
  const calls = await play(
    page,
    stateOf((s) => {
      s.node = { ...s.node, status: "blocked", stake: wei(400), want_running: true };
      s.network.connected = false;
    }),
  );
  await page.getByRole("button", { name: "Change the network" }).click();
  const dialog = page.getByTestId("change-network");
  await dialog.getByLabel("Link", { exact: true }).fill("https://network.example");
  const change = dialog.getByRole("button", { name: "Change", exact: true });
  await expect(change).toBeDisabled();
  await dialog.getByRole("checkbox").check();
  await change.click();
  await expect
    .poll(() => calls.at(-1))
    .toEqual({
      method: "helium_chooseNetwork",
      params: [{ kind: "link", text: "https://network.example", leave_stake: true }],
    });
});

for (const locale of ["en-US", "zh-CN", "es-ES", "de-DE"]) {
  test.describe(locale, () => {
    test.use({ locale });
    for (const colorScheme of ["light", "dark"] as const) {
      test(`looks right, ${colorScheme}`, async ({ page }) => {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await play(page, stateOf());
        await expect(page.getByTestId("places")).toBeVisible();
        await isAccessible(page);
        for (const size of sizes) {
          await page.setViewportSize(size);
          await fitsItsWidth(page);
          const main = page.locator("main");
          const screens = await main.evaluate((e) => Math.ceil(e.scrollHeight / e.clientHeight));
          for (let i = 0; i < screens && size.name !== "phone"; i++) {
            await main.evaluate((e, at) => e.scrollTo(0, at * e.clientHeight), i);
            await shot(page, `settings-${locale}-${colorScheme}-${size.name}-${i + 1}`);
          }
        }
      });
    }
  });
}
