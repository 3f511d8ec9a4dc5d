import { expect, type Page, test, type WebSocketRoute } from "@playwright/test";
import type { State } from "../src/lib/api.gen";
import { fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { Stand } from "./stand";

type Status = State["node"]["status"];

const wei = (cnx: number) => `${BigInt(Math.round(cnx * 1000)) * 10n ** 15n}`;

function stateOf(status: Status, change: Partial<State> = {}): State {
  const staked = !["stopped", "starting", "joining", "blocked"].includes(status);
  return {
    version: "0.1.0",
    now: "2026-11-24T12:00:00Z",
    node: {
      status,
      chain: staked ? "available" : "quit",
      stake: wei(staked ? 400 : 0),
      stake_needed: wei(400),
      score: 19,
      want_running: staked,
    },
    wallet: {
      address: "0x52908400098527886E0F7030069857D2E4169EE7",
      balance: wei(1284.25),
      gas: wei(0.5),
      passphrase_in: "file",
      notice:
        "This computer has no keychain that Helium can use, so the wallet's passphrase lies in a file that only your account can read.",
    },
    hardware: {
      name: "NVIDIA GeForce RTX 4070",
      kind: "gpu",
      vram_gb: 12,
      backend: "cuda",
      runtime: "cuda/0.4.0",
      why: "The fastest card here with enough memory. The built-in graphics has too little.",
    },
    models: { revision: 1, downloads: [], leaving: [] },
    engine: {
      status: status === "working" ? "busy" : "ready",
      model: "helium/demo-1",
      models: ["helium/demo-1"],
      restarts: 1,
    },
    network: {
      name: "devnet",
      chain_id: 1337,
      connected: true,
      head: 12_345,
      chat_url: "http://127.0.0.1:8080/",
      has_faucet: true,
    },
    earnings: {
      today: wei(38),
      week: wei(421.5),
      total: wei(1684.25),
      credited: wei(112),
      tasks_today: 2,
      tasks_total: 97,
    },
    when: {
      settings: {
        fullscreen: { pause: true, except: [] },
        programs: [],
        graphics: { pause: true, percent: 30 },
        battery: { pause: true },
        heat: { pause: true, celsius: 88 },
        hours: { limit: false, days: ["mon"], from: "22:00", to: "07:00" },
        person: { pause: false, idle_minutes: 5 },
        finish: "soon",
      },
      unread: [],
    },
    recent: [
      {
        id: 127,
        model: "helium/demo-1",
        outcome: "agreed",
        paid: wei(20),
        slashed: false,
        ended_at: "2026-11-24T11:58:30Z",
      },
      {
        id: 121,
        model: "Qwen/Qwen2.5-0.5B-Instruct-GGUF",
        outcome: "agreed",
        paid: wei(18),
        slashed: false,
        ended_at: "2026-11-24T10:12:00Z",
      },
      {
        id: 98,
        model: "helium/demo-1",
        outcome: "no agreement",
        paid: "0",
        slashed: false,
        ended_at: "2026-11-23T22:12:00Z",
      },
    ],
    ...change,
  };
}

/** Plays an agent: it sends the states it is told to and notes what it is asked to do. */
class Agent {
  calls: string[] = [];
  refuse?: string;
  #socket?: WebSocketRoute;

  static async on(page: Page, first: State): Promise<Agent> {
    const agent = new Agent();
    await page.routeWebSocket(/\/api$/, (socket) => {
      agent.#socket = socket;
      socket.onMessage((text) => {
        const { id, method } = JSON.parse(String(text)) as { id: number; method: string };
        agent.calls.push(method);
        const answer =
          agent.refuse && method !== "helium_subscribe"
            ? { error: { code: -32000, message: agent.refuse } }
            : { result: "0x1" };
        socket.send(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
        if (method === "helium_subscribe") agent.send(first);
      });
    });
    return agent;
  }

  send(state: State) {
    this.#socket?.send(
      JSON.stringify({ jsonrpc: "2.0", method: "helium_subscription", params: { subscription: "0x1", result: state } }),
    );
  }

  async leave() {
    await this.#socket?.close();
  }
}

let stand: Stand;
test.beforeEach(async () => {
  stand = await Stand.start("node");
});
test.afterEach(() => stand.stop());

const link = () => `${stand.url}#token=secret`;

const task = {
  id: 128,
  model: "helium/demo-1",
  stage: "running",
  tokens: 87,
  image: 0,
  images: 0,
  step: 0,
  steps: 0,
  started_at: "2026-11-24T11:59:58Z",
};
const blocked = stateOf("blocked");
blocked.node.want_running = true;
blocked.node.reason = {
  code: "low_balance",
  title: "400 CNX are needed to join, and 120 are here",
  detail: "The stake is held while this computer earns, and comes back when you stop.",
  action: "Send 280 CNX to the wallet address above.",
};

test("start is clicked, asked for, shown as under way, and done", async ({ page }) => {
  const agent = await Agent.on(page, stateOf("stopped"));
  await page.goto(link());
  await expect(page.getByTestId("status")).toHaveText("Not earning");
  expect(page.url()).not.toContain("secret");
  await page.getByTestId("action-start").click();
  await expect(page.getByText("Starting…")).toBeVisible();
  expect(agent.calls).toContain("helium_start");
  agent.send(stateOf("joining"));
  await expect(page.getByTestId("status")).toHaveText("Joining the network");
  await expect(page.getByText("Starting…")).toBeVisible();
  await expect(page.getByTestId("action-stop")).toBeEnabled();
  agent.send(stateOf("running"));
  await expect(page.getByTestId("status")).toHaveText("Ready for tasks");
  await expect(page.getByText("Starting…")).toHaveCount(0);
  await expect(page.getByTestId("action-pause")).toBeEnabled();
});

test("what the agent refuses is said, and the button comes back", async ({ page }) => {
  const agent = await Agent.on(page, stateOf("running"));
  agent.refuse = "the chain can't be reached";
  await page.goto(link());
  await page.getByTestId("action-pause").click();
  await expect(page.getByText("the chain can't be reached")).toBeVisible();
  await expect(page.getByTestId("action-pause")).toBeEnabled();
});

test("an agent that goes away is missed, its last state stays, and it is found again", async ({ page }) => {
  const agent = await Agent.on(page, stateOf("running"));
  await page.goto(link());
  await expect(page.getByTestId("status")).toBeVisible();
  await agent.leave();
  await expect(page.getByText("Helium isn't answering")).toBeVisible();
  await expect(page.getByTestId("status")).toHaveText("Ready for tasks");
  await expect(page.getByTestId("action-stop")).toBeDisabled();
  await shot(page, "node-lost-light-desk");
  await expect(page.getByText("Helium isn't answering")).toHaveCount(0);
  await expect(page.getByTestId("action-stop")).toBeEnabled();
});

test("without a token the page asks for its link", async ({ page }) => {
  await page.goto(stand.url);
  await expect(page.getByText("This page needs its link")).toBeVisible();
  await isAccessible(page);
});

const pictures: [string, State][] = [
  [
    "stopped",
    stateOf("stopped", {
      recent: [],
      earnings: { today: "0", week: "0", total: "0", credited: "0", tasks_today: 0, tasks_total: 0 },
    }),
  ],
  ["joining", stateOf("joining")],
  ["working", stateOf("working", { task })],
  ["paused", stateOf("paused")],
  ["blocked", blocked],
];

for (const scheme of schemes) {
  for (const size of sizes) {
    test(`looks right: ${size.name}, ${scheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize(size);
      const agent = await Agent.on(page, stateOf("starting"));
      await page.goto(link());
      for (const [name, state] of pictures) {
        await expect(page.getByTestId("status")).toBeVisible();
        agent.send(state);
        await expect(page.getByTestId("status")).toHaveAttribute("data-status", state.node.status);
        await shot(page, `node-${name}-${scheme}-${size.name}`);
        await isAccessible(page);
        await fitsItsWidth(page);
      }
    });
  }
}
