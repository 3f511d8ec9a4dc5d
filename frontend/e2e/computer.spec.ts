import { expect, type Page, test, type WebSocketRoute } from "@playwright/test";
import type { State } from "../src/lib/api.gen";
import { choices } from "./choices";
import { fitsFingers, fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { Stand } from "./stand";

// A computer with several cards, which the test's own hasn't: the states are an
// agent's, and what the page sends is noted.

const cards: State["computer"]["devices"] = [
  {
    id: "0000:01:00.0/NVIDIA GeForce RTX 4070",
    name: "NVIDIA GeForce RTX 4070",
    kind: "gpu",
    memory_gb: 12,
    usable: true,
    same_class: true,
  },
  {
    id: "0000:02:00.0/NVIDIA GeForce RTX 3060",
    name: "NVIDIA GeForce RTX 3060",
    kind: "gpu",
    memory_gb: 12,
    usable: true,
    same_class: false,
  },
  {
    id: "0000:03:00.0/AMD Radeon RX 7800 XT",
    name: "AMD Radeon RX 7800 XT",
    kind: "gpu",
    memory_gb: 16,
    usable: false,
    why: "The Vulkan package is not installed.",
    same_class: false,
  },
  { id: "cpu", name: "AMD Ryzen 7 7700X", kind: "cpu", memory_gb: 16, usable: true, same_class: false },
];

const power: State["computer"]["power"] = {
  choice: { mode: "quiet", watts: 0 },
  draw: 118,
  limit: 120,
  usual: 200,
  least: 100,
  most: 215,
  quiet: 120,
  settable: true,
};

function stateOf(node: Partial<State["node"]>, computer: Partial<State["computer"]> = {}): State {
  return {
    version: "0.1.0",
    now: "2026-11-24T12:00:00Z",
    node: {
      status: "running",
      chain: "available",
      stake: "400",
      stake_needed: "400",
      stake_hold_seconds: 0,
      payout: "",
      want_running: true,
      ...node,
    },
    wallet: { address: "", balance: "0", gas: "0", passphrase_in: "keychain", sponsored: false, transfers: [] },
    hardware: {
      name: "NVIDIA GeForce RTX 4070",
      kind: "gpu",
      vram_gb: 12,
      backend: "cuda",
      runtime: "cuda/0.4.0",
      why: "Your RTX 4070 is used with CUDA.",
    },
    engine: { status: "ready", model: "", models: [], restarts: 0 },
    network: { name: "devnet", chain_id: 1337, connected: true, head: 1, has_faucet: false },
    earnings: { today: "0", week: "0", total: "0", credited: "0", tasks_today: 0, tasks_total: 0 },
    recent: [],
    ...choices,
    when: {
      ...choices.when,
      sensed: { in_hours: true, heat: { sensor: "NVIDIA GeForce RTX 4070", celsius: 61, throttled: false } },
    },
    computer: {
      devices: cards,
      picked: "best",
      used: cards[0]?.id ?? "",
      rejoins: false,
      power,
      awake: { wanted: true, holds: true },
      ...computer,
    },
  };
}

/** Plays an agent: it sends the states it is told to and notes what it is asked to do. */
class Agent {
  calls: { method: string; params: unknown[] }[] = [];
  refuse?: { message: string; data?: object };
  #socket?: WebSocketRoute;

  static async on(page: Page, first: State): Promise<Agent> {
    const agent = new Agent();
    await page.routeWebSocket(/\/api$/, (socket) => {
      agent.#socket = socket;
      socket.onMessage((text) => {
        const { id, method, params } = JSON.parse(String(text));
        if (method === "helium_subscribe") {
          socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: "0x1" }));
          return agent.send(first);
        }
        agent.calls.push({ method, params });
        const error = agent.refuse && { code: -32000, ...agent.refuse };
        socket.send(JSON.stringify(error ? { jsonrpc: "2.0", id, error } : { jsonrpc: "2.0", id, result: null }));
      });
    });
    return agent;
  }

  send(state: State) {
    this.#socket?.send(
      JSON.stringify({ jsonrpc: "2.0", method: "helium_subscription", params: { subscription: "0x1", result: state } }),
    );
  }
}

let stand: Stand;
test.beforeEach(async () => {
  stand = await Stand.start("node");
});
test.afterEach(() => stand.stop());

async function open(page: Page, first: State): Promise<Agent> {
  const agent = await Agent.on(page, first);
  await page.goto(`${stand.url}#token=${"ab".repeat(32)}`);
  await expect(page.getByTestId("status")).toBeVisible();
  await page.evaluate(() => location.assign("#/computer"));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This computer");
  return agent;
}

const chosen = (id: string) => ({ method: "helium_chooseDevice", params: [id] });
const id = (i: number) => cards[i]?.id ?? "";

test("a node in the network is asked before it changes to another class, and told what becomes of the stake", async ({
  page,
}) => {
  const agent = await open(page, stateOf({}));
  await expect(page.getByRole("radio", { name: /Radeon/ })).toBeDisabled();
  await page.getByRole("radio", { name: /RTX 3060/ }).click();
  const dialog = page.getByTestId("change-device");
  await expect(dialog).toContainText("Your deposit stays yours");
  await expect(dialog).toContainText("joins again by itself");
  expect(agent.calls).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  expect(agent.calls).toEqual([]);

  await page.getByRole("radio", { name: /RTX 3060/ }).click();
  await dialog.getByRole("button", { name: "Change" }).click();
  await expect(dialog).toHaveCount(0);
  expect(agent.calls).toEqual([chosen(id(1))]);

  agent.send(stateOf({ status: "stopping" }, { next: id(1), rejoins: true }));
  await expect(page.getByText("Changing to: NVIDIA GeForce RTX 3060")).toBeVisible();
  await expect(page.getByRole("radio", { name: /RTX 3060/ })).toBeChecked();
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(agent.calls.at(-1)).toEqual(chosen("best"));
});

test("a card of the same class, and a node that is out, change without a question", async ({ page }) => {
  const agent = await open(page, stateOf({}));
  await page.getByRole("radio", { name: /^NVIDIA GeForce RTX 4070/ }).click();
  await expect.poll(() => agent.calls).toEqual([chosen(id(0))]);
  agent.send(stateOf({ status: "stopped", chain: "quit", want_running: false }));
  await page.getByRole("radio", { name: /Processor/ }).click();
  await expect.poll(() => agent.calls.at(-1)).toEqual(chosen("cpu"));
  await expect(page.getByTestId("change-device")).toHaveCount(0);
});

test("the card's power is chosen, refused beside the field, and what an administrator can do is said", async ({
  page,
}) => {
  const agent = await open(page, stateOf({}));
  await expect(page.getByTestId("power-now")).toHaveText("It takes 118 of 120 watts now.");
  await page.getByRole("radio", { name: /A limit of your own/ }).click();
  await expect
    .poll(() => agent.calls.at(-1))
    .toEqual({ method: "helium_setPower", params: [{ mode: "own", watts: 120 }] });
  agent.send(stateOf({}, { power: { ...power, choice: { mode: "own", watts: 120 } } }));
  agent.refuse = { message: "This card takes a limit from 100 to 215 watts.", data: { field: "watts" } };
  await page.getByLabel("At most").fill("90");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("This card takes a limit from 100 to 215 watts.");
  agent.send(
    stateOf(
      {},
      {
        power: {
          ...power,
          problem: "Only an administrator of this computer may limit the card's power.",
          command: "sudo nvidia-smi -i 0000:01:00.0 -pl 120",
        },
      },
    ),
  );
  await expect(page.getByText("sudo nvidia-smi -i 0000:01:00.0 -pl 120")).toBeVisible();
  agent.send(stateOf({}, { power: { ...power, limit: 0, settable: false, draw: 13 } }));
  await expect(page.getByTestId("power-now")).toHaveText("It takes 13 watts now.");
  await expect(page.getByTestId("power")).toContainText("as is usual for notebooks");
  agent.send(stateOf({}, { power: { ...power, unread: "The graphics driver does not tell." } }));
  await expect(page.getByTestId("power")).toContainText("The graphics driver does not tell.");
});

for (const scheme of schemes) {
  test(`looks right in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const problem = "Only an administrator of this computer may limit the card's power.";
    const command = "sudo nvidia-smi -i 0000:01:00.0 -pl 120";
    const agent = await open(page, stateOf({}, { power: { ...power, limit: 200, problem, command } }));
    const look = async (name: string) => {
      for (const size of sizes) {
        await page.setViewportSize(size);
        await page.locator("main").evaluate((m) => m.scrollTo(0, 0));
        await shot(page, `cards-${name}-${scheme}-${size.name}-1`);
        await page.locator("main").evaluate((m) => m.scrollBy(0, m.clientHeight - 60));
        await shot(page, `cards-${name}-${scheme}-${size.name}-2`);
        await fitsItsWidth(page);
      }
      await isAccessible(page);
    };
    await look("power");
    agent.send(stateOf({ status: "stopping" }, { next: id(1), rejoins: true }));
    await expect(page.getByText("Changing to: NVIDIA GeForce RTX 3060")).toBeVisible();
    await look("waiting");
    agent.send(stateOf({}));
    await page.getByRole("radio", { name: /RTX 3060/ }).click();
    await expect(page.getByTestId("change-device")).toBeVisible();
    await look("change");
  });
}

test.describe("with a finger", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  test("what is touched is large enough", async ({ page }) => {
    await open(page, stateOf({}));
    await page.evaluate(() => location.assign("#/when"));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("When to work");
    await fitsFingers(page);
  });
});
