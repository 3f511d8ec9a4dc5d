import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test, type WebSocketRoute } from "@playwright/test";
import type { State } from "../src/lib/api.gen";
import { choices } from "./choices";
import { fitsItsWidth, isAccessible, looksAt, shot, sizes } from "./looks";
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
      stake_hold_seconds: 3600,
      payout: "0x52908400098527886E0F7030069857D2E4169EE7",
      standing: { recent: [19, 20, 18], let_go_at: 20, margin: 37, chances: 2, percent: 92 },
      want_running: staked,
    },
    wallet: {
      address: "0x52908400098527886E0F7030069857D2E4169EE7",
      balance: wei(1284.25),
      gas: wei(0.5),
      gas_for: 3333,
      sponsored: false,
      transfers: [],
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
    ...choices,
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
  away = false;
  #socket?: WebSocketRoute;

  static async on(page: Page, first: State): Promise<Agent> {
    const agent = new Agent();
    await page.routeWebSocket(/\/api$/, (socket) => {
      if (agent.away) return void socket.close();
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
    this.away = true;
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
blocked.wallet.balance = wei(120);
blocked.node.reason = {
  code: "low_stake",
  title: "The wallet holds too little CNX to stake",
  detail: "0x52908400098527886E0F7030069857D2E4169EE7 has 120 CNX and needs 400 CNX.",
  action: "Send CNX to this wallet.",
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

test("a node with a deposit leaves when its owner has typed so, and one without at once", async ({ page }) => {
  const agent = await Agent.on(page, stateOf("running"));
  await page.goto(link());
  const stop = page.getByTestId("action-stop");
  const dialog = page.getByTestId("confirm");
  await stop.click();
  await expect(dialog).toContainText("400 CNX come back");
  for (const size of sizes) {
    await page.setViewportSize(size);
    await fitsItsWidth(page);
    await shot(page, `node-stop-light-${size.name}`);
  }
  await isAccessible(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(stop).toBeFocused();
  expect(agent.calls).not.toContain("helium_stop");

  await page.keyboard.press("Enter");
  const sure = dialog.getByRole("button", { name: "Stop and take the deposit back" });
  await expect(sure).toBeDisabled();
  await page.getByTestId("confirm-word").fill("stop");
  await sure.click();
  await expect(dialog).toHaveCount(0);
  expect(agent.calls.filter((c) => c === "helium_stop")).toHaveLength(1);

  agent.send(stateOf("joining")); // nothing is deposited yet
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "joining");
  await stop.click();
  await expect.poll(() => agent.calls.filter((c) => c === "helium_stop")).toHaveLength(2);
  await expect(dialog).toHaveCount(0);
});

test("what the agent refuses is said, and the button comes back", async ({ page }) => {
  const agent = await Agent.on(page, stateOf("running"));
  agent.refuse = "the chain can't be reached";
  await page.goto(link());
  await page.getByTestId("action-pause").click();
  await page.getByTestId("pause-open").click();
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
  agent.away = false;
  await expect(page.getByText("Helium isn't answering")).toHaveCount(0);
  await expect(page.getByTestId("action-stop")).toBeEnabled();
});

test("without a token the page asks for its link", async ({ page }) => {
  await page.goto(stand.url);
  await expect(page.getByText("This page needs its link")).toBeVisible();
  await isAccessible(page);
});

/** Codes of all reasons that an agent can give. */
const codes: string[] = JSON.parse(readFileSync(join(import.meta.dirname, "../src/lib/api.schema.json"), "utf8"))
  .properties.reason_code.enum;

test("every reason has words of its own and one button, and the button does what it says", async ({ page }) => {
  const first = stateOf("blocked");
  const agent = await Agent.on(page, first);
  await page.goto(link());
  const reason = page.getByTestId("reason");
  await expect(page.getByTestId("status")).toBeVisible();
  for (const code of codes.filter((c) => c !== "wallet_locked")) {
    const state = stateOf("blocked");
    Object.assign(state.node, { want_running: true, rejoin_from: "2026-11-24T13:00:00Z" });
    state.node.reason = { code, title: "Of the agent", detail: "A fact.", action: "An action." };
    agent.send(state);
    await expect(reason).toHaveAttribute("data-code", code);
    await expect(reason).not.toContainText("Of the agent");
    await expect(reason).not.toContainText("An action.");
    await expect(reason.getByRole("button"), code).toHaveCount(1);
    await expect(page.getByTestId("action-start"), code).toHaveCount(0);
    if (code === "low_gas" || code === "no_model") await shot(page, `node-reason-${code}`);
  }
  const press = async (code: string) => {
    const state = stateOf("blocked");
    state.node.reason = { code, title: "", detail: "" };
    agent.send(state);
    await expect(reason).toHaveAttribute("data-code", code);
    await reason.getByRole("button").click();
  };
  await press("kicked_out");
  await expect.poll(() => agent.calls.at(-1)).toBe("helium_start");
  await press("chain_unreachable");
  await expect.poll(() => agent.calls.at(-1)).toBe("helium_retry");
  await press("low_gas");
  await expect.poll(() => agent.calls.at(-1)).toBe("helium_askFaucet");
  await press("hardware_changed");
  await expect(page.getByRole("heading", { level: 1, name: "Stake and node" })).toBeVisible();
});

test("what an agent that starts doesn't know yet is looked up, and never shown as nothing", async ({ page }) => {
  const known = stateOf("stopped");
  const unknown = stateOf("starting", {
    wallet: { ...known.wallet, address: "", balance: "0", gas: "0" },
    hardware: { name: "", kind: "", vram_gb: 0, backend: "", runtime: "", why: "" },
    engine: { status: "stopped", model: "", models: [], restarts: 0 },
    recent: [],
    network: { name: "", chain_id: 0, connected: false, head: 0, has_faucet: false },
    earnings: { today: "0", week: "0", total: "0", credited: "0", tasks_today: 0, tasks_total: 0 },
  });
  const agent = await Agent.on(page, unknown);
  await page.goto(link());
  await expect(page.getByTestId("status")).toHaveText("Getting ready");
  const home = page.getByRole("main");
  await expect(home.getByText("being looked up")).toHaveCount(7);
  for (const wrong of ["0.00 CNX", "no tasks yet", "not connected", "none yet", "nothing is held"])
    await expect(home.getByText(wrong)).toHaveCount(0);
  await isAccessible(page);
  await shot(page, "node-looking");
  agent.send(known);
  await expect(home.getByText("being looked up")).toHaveCount(0);
  await expect(home.getByText("connected", { exact: true })).toBeVisible();
});

test("a newer Helium is told of, with the page to get it from", async ({ page, context }) => {
  const agent = await Agent.on(page, stateOf("running"));
  await page.goto(link());
  await expect(page.getByTestId("status")).toBeVisible();
  await expect(page.getByTestId("update")).toHaveCount(0);
  agent.send(stateOf("running", { update: { version: "0.2.0", page: "https://downloads.example/helium" } }));
  const note = page.getByTestId("update");
  await expect(note).toContainText("Helium 0.2.0 is here. You have 0.1.0.");
  await shot(page, "node-update");
  await isAccessible(page);
  await context.route("https://downloads.example/**", (route) => route.fulfill({ body: "the page" }));
  const opened = context.waitForEvent("page");
  await note.getByRole("link", { name: "Get it" }).click();
  expect((await opened).url()).toBe("https://downloads.example/helium");
  agent.send(stateOf("running"));
  await expect(page.getByTestId("update")).toHaveCount(0);
});

test("what is no obstacle is told beside a node that runs", async ({ page }) => {
  const agent = await Agent.on(page, stateOf("running"));
  await page.goto(link());
  await expect(page.getByTestId("status")).toBeVisible();
  const state = stateOf("running");
  state.node.reason = { code: "no_demand", title: "", detail: "Nobody has asked for 34 minutes.", action: "" };
  agent.send(state);
  await expect(page.getByTestId("status")).toHaveText("Ready for tasks");
  await expect(page.getByTestId("reason")).toContainText("Nobody has asked for 34 minutes.");
  await expect(page.getByTestId("action-pause")).toBeEnabled();
  await shot(page, "node-no-demand");
  await isAccessible(page);
});

test("a node that paused by itself is started now, but not while it is hot", async ({ page }) => {
  const paused = (reason: "fullscreen" | "hot", facts: object) => {
    const state = stateOf("paused");
    const can_start = reason !== "hot";
    state.node.pause = { reason, facts, since: "2026-11-24T11:59:00Z", over: false, linger_seconds: 30, can_start };
    return state;
  };
  const agent = await Agent.on(page, paused("fullscreen", { program: "doom" }));
  await page.goto(link());
  await expect(page.getByTestId("action-resume")).toHaveText("Start now");
  await page.getByTestId("action-resume").click();
  await expect.poll(() => agent.calls.at(-1)).toBe("helium_resume");
  agent.send(paused("hot", { sensor: "the graphics card", celsius: 91, cool_to: 78 }));
  await expect(page.getByText("Too hot: the graphics card at 91 °C")).toBeVisible();
  await expect(page.getByTestId("action-resume")).toHaveCount(0);
  agent.send(stateOf("paused"));
  await expect(page.getByTestId("action-resume")).toHaveText("Resume");
});

test("the wallet says what its coins are enough for, and what became of what was sent", async ({ page }) => {
  const state = stateOf("running");
  const sent = { to: state.wallet.address, amount: wei(12.5), at: "2026-11-24T11:58:00Z" };
  state.wallet.transfers = [
    { ...sent, id: "2", state: "sending" },
    { ...sent, id: "1", state: "failed", problem: "The wallet holds too few coins for fees." },
  ];
  const agent = await Agent.on(page, state);
  await page.goto(link());
  await page.getByRole("link", { name: "Wallet" }).click();
  await expect(page.getByTestId("fees")).toContainText("more than 1,000 actions");
  await expect(page.getByTestId("transfer").nth(1)).toContainText("too few coins");
  for (const size of sizes) {
    await page.setViewportSize(size);
    await shot(page, `wallet-sent-${size.name}`);
    await fitsItsWidth(page);
  }
  agent.send({ ...state, wallet: { ...state.wallet, gas_for: 7 } });
  await expect(page.getByTestId("fees")).toContainText("about 7 actions");
  agent.send({ ...state, wallet: { ...state.wallet, gas_for: 0, sponsored: true } });
  await expect(page.getByTestId("fees")).toContainText("the network pays");
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

for (const { scheme, size } of looksAt(sizes)) {
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
