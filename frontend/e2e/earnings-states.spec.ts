import { expect, type Page, test } from "@playwright/test";
import type { EarningsReport, EarningsTask, State, TaskReceipt, TasksPage, TasksQuery } from "../src/lib/api.gen";
import { choices } from "./choices";
import { fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { Stand } from "./stand";

/**
 * What a healthy young network doesn't show: the page while nothing has come, while
 * nothing can be read, and after months. earnings.spec.ts shows that it is right.
 */
const wei = (milli: number) => `${BigInt(Math.round(milli)) * 10n ** 15n}`;

function stateOf(tasks: number): State {
  return {
    version: "0.1.0",
    now: "2026-11-24T12:00:00Z",
    node: {
      status: "running",
      chain: "available",
      stake: wei(400_000),
      stake_needed: wei(400_000),
      score: 19,
      stake_hold_seconds: 0,
      payout: "",
      want_running: true,
    },
    wallet: {
      address: "0x52908400098527886E0F7030069857D2E4169EE7",
      balance: wei(1_284_250),
      gas: wei(500),
      passphrase_in: "file",
      sponsored: false,
      transfers: [],
    },
    hardware: {
      name: "NVIDIA GeForce RTX 4070",
      kind: "gpu",
      vram_gb: 12,
      backend: "cuda",
      runtime: "cuda/0.4.0",
      why: "",
    },
    engine: { status: "ready", model: "", models: [], restarts: 0 },
    network: { name: "devnet", chain_id: 1337, connected: true, head: 12_345, has_faucet: true },
    earnings: {
      today: tasks ? wei(38_404) : "0",
      week: tasks ? wei(421_530) : "0",
      total: tasks ? "12684250000000000000001" : "0",
      credited: tasks ? wei(1_112_000) : "0",
      tasks_today: tasks ? 2 : 0,
      tasks_total: tasks,
    },
    ...choices,
    recent: [],
  };
}

function reportOf(range: EarningsReport["range"], change: Partial<EarningsReport> = {}): EarningsReport {
  const [step, count, each] = (
    {
      day: ["hour", 24, 3600],
      week: ["day", 7, 86_400],
      month: ["day", 30, 86_400],
      all: ["month", 26, 30.44 * 86_400],
    } as const
  )[range];
  const end = Date.parse("2026-11-25T00:00:00Z");
  const share = (milli: number) => ({ paid: wei(milli), tasks: Math.round(milli / 5000) });
  const total = { texts: 0, images: 0, other: 0, rewards: 0 };
  const bars = Array.from({ length: count }, (_, i) => {
    const at = end - (count - i) * each * 1000;
    const wave = 1 + Math.sin(i * 0.9) + Math.sin(i * 0.37) / 2;
    const parts = {
      texts: i % 7 === 5 ? 0 : Math.round(34_000 * Math.max(wave, 0.2)),
      images: Math.round(21_000 * Math.max(1.2 - wave, 0)),
      other: range === "all" && i < 6 ? 40_000 : 0,
      rewards: range === "all" && i > 20 ? 3000 : 0,
    };
    for (const p of ["texts", "images", "other", "rewards"] as const) total[p] += parts[p];
    return {
      from: new Date(at).toISOString(),
      to: new Date(at + each * 1000).toISOString(),
      texts: share(parts.texts),
      images: share(parts.images),
      other: share(parts.other),
    };
  });
  return {
    range,
    step,
    from: bars[0]?.from ?? "",
    to: bars.at(-1)?.to ?? "",
    bars,
    paid: share(total.texts + total.images + total.other),
    texts: share(total.texts),
    images: share(total.images),
    other: share(total.other),
    rewards: wei(total.rewards),
    energy: {
      worked_seconds: 48_311,
      measured_seconds: 48_311,
      uncounted_seconds: 0,
      watt_seconds: 8_695_980,
      cost: "773001",
      value: "21076499",
      net: "20303498",
    },
    credited: wei(1_112_000),
    at_work: 1,
    withdrawn: wei(11_572_250),
    rewards_total: wei(15_000),
    electricity: { currency: "EUR", per_kwh: 320_000, watts: 0, per_cnx: 50_000 },
    ...change,
  };
}

const task = (id: number, change: Partial<EarningsTask> = {}): EarningsTask => ({
  id,
  kind: "text",
  model: "Qwen/Qwen2.5-7B-Instruct-GGUF",
  outcome: "agreed",
  paid: wei(18_000),
  reward: "0",
  score: 18,
  slashed: false,
  missed: false,
  ended_at: "2026-11-24T11:58:30Z",
  ...change,
});

const tasks: EarningsTask[] = [
  task(127),
  task(126, {
    kind: "images",
    model: "crynux-network/sdxl-turbo",
    paid: "19999999999999999999",
    ended_at: "2026-11-24T11:21:00Z",
  }),
  task(121, { paid: "0", missed: true, ended_at: "2026-11-24T09:30:00Z" }),
  task(120, { paid: "0", outcome: "no agreement", ended_at: "2026-11-24T08:12:00Z" }),
  task(118, { paid: wei(1200), outcome: "invalid arguments", ended_at: "2026-11-23T22:12:00Z" }),
  task(98, { kind: "unknown", model: "helium/demo", ended_at: "2026-11-21T22:12:00Z" }),
];

/** An agent that plays: what it answers to each method, or that it never does. */
async function play(page: Page, state: State, answers: Record<string, (param: never) => unknown>) {
  await page.routeWebSocket(/\/api$/, (socket) => {
    socket.onMessage((text) => {
      const { id, method, params } = JSON.parse(String(text)) as { id: number; method: string; params: never[] };
      const send = (more: object) => socket.send(JSON.stringify({ jsonrpc: "2.0", id, ...more }));
      if (method === "helium_subscribe") {
        send({ result: "0x1" });
        const shown = { subscription: "0x1", result: state };
        socket.send(JSON.stringify({ jsonrpc: "2.0", method: "helium_subscription", params: shown }));
        return;
      }
      const answer = answers[method.replace("helium_", "")]?.(params[0] as never);
      if (answer instanceof Error) send({ error: { code: -32000, message: answer.message } });
      else if (answer !== undefined) send({ result: answer });
    });
  });
}

let stand: Stand;
test.beforeEach(async () => {
  stand = await Stand.start("node");
});
test.afterEach(() => stand.stop());

async function open(page: Page) {
  await page.goto(`${stand.url}#token=secret`);
  await page.getByRole("link", { name: "Earnings" }).click();
}

const months = {
  earnings: (range: EarningsReport["range"]) => reportOf(range),
  earningsTasks: (): TasksPage => ({ tasks, next: 0 }),
};

for (const scheme of schemes) {
  test(`months of earnings in ${scheme}`, async ({ page }) => {
    test.slow(); // three sizes, three ranges
    await page.emulateMedia({ colorScheme: scheme });
    await play(page, stateOf(1684), months);
    for (const size of sizes) {
      await page.setViewportSize(size);
      await open(page);
      for (const [name, range] of [
        ["30 days", "month"],
        ["All", "all"],
        ["24 hours", "day"],
      ] as const) {
        await page.getByRole("radio", { name, exact: true }).first().check({ force: true });
        await expect(page.locator(".uplot canvas")).toBeVisible();
        await expect(page.getByTestId("bars").getByRole("row").first()).toBeAttached();
        await fitsItsWidth(page);
        if (size.name !== "phone" || range === "month") await shot(page, `months-${scheme}-${size.name}-${range}`);
      }
      await isAccessible(page);
    }
  });
}

test("a bar that is pointed at is told in words", async ({ page }) => {
  await play(page, stateOf(1684), months);
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page);
  const canvas = page.locator(".u-over");
  const box = await canvas.boundingBox();
  if (!box) throw new Error("there is no chart");
  await page.mouse.move(box.x + (box.width * 1.5) / 7, box.y + box.height / 2);
  const [second] = reportOf("week").bars.slice(1);
  const sum = [second?.texts.paid, second?.images.paid].reduce(
    (all, w) => all + Number(BigInt(w ?? 0) / 10n ** 15n),
    0,
  );
  await expect(page.getByText(`Thursday, November 19: ${sum / 1000} CNX`)).toBeVisible();
});

test("before the first task the page says what will be here", async ({ page }) => {
  const none = { paid: "0", tasks: 0 };
  const empty = (range: EarningsReport["range"]) => {
    const report = reportOf(range);
    const bars = report.bars.map((b) => ({ ...b, texts: none, images: none }));
    const energy = {
      ...report.energy,
      worked_seconds: 0,
      measured_seconds: 0,
      watt_seconds: 0,
      cost: "",
      value: "",
      net: "",
    };
    const electricity = { currency: "", per_kwh: 0, watts: 0, per_cnx: 0 };
    return {
      ...report,
      bars,
      energy,
      electricity,
      texts: none,
      images: none,
      at_work: 0,
      withdrawn: "0",
      credited: "0",
    };
  };
  await play(page, stateOf(0), { earnings: empty, earningsTasks: () => ({ tasks: [], next: 0 }) });
  for (const size of sizes) {
    await page.setViewportSize(size);
    await open(page);
    await expect(page.getByText("Nothing earned yet")).toBeVisible();
    await expect(page.getByTestId("export")).toBeDisabled();
    await fitsItsWidth(page);
    await isAccessible(page);
    await shot(page, `earnings-nothing-${size.name}`);
  }
  await page.getByRole("link", { name: "See what it is doing now" }).click();
  await expect(page.getByTestId("status")).toBeVisible();
});

test("what can't be read is said, and asked for again", async ({ page }) => {
  let broken = true;
  const refuse = new Error("Helium is still starting, so what was earned can't be shown yet; it will be in a moment");
  await play(page, stateOf(1684), {
    earnings: (range: EarningsReport["range"]) => (broken ? refuse : reportOf(range)),
    earningsTasks: () => (broken ? refuse : { tasks, next: 0 }),
  });
  await open(page);
  await expect(page.getByText("Your earnings can't be shown now")).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText("Helium is still starting")).toBeVisible();
  await isAccessible(page);
  await shot(page, "earnings-failed");
  broken = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.locator(".uplot canvas")).toBeVisible();
});

test("what takes long has its place meanwhile", async ({ page }) => {
  await play(page, stateOf(1684), { earnings: () => undefined, earningsTasks: () => undefined });
  await open(page);
  await expect(page.getByText("Loading…").first()).toBeAttached();
  await isAccessible(page);
  await shot(page, "earnings-loading");
});

test("a receipt tells of a node that differs, and of a task from before receipts", async ({ page }) => {
  const seat = { found: "result", digest: `0x${"ab".repeat(8)}`, slashed: false, paid: "0", score: 0, you: false };
  const receipt = (id: number): TaskReceipt => {
    const of = tasks.find((x) => x.id === id) ?? task(id);
    const whole: TaskReceipt = { ...of };
    if (of.kind === "unknown") return whole;
    const [first, second, third] = ["11", "22", "33"].map((b) => `0x${b.repeat(20)}`);
    whole.proof = {
      chain_id: 1337,
      task_contract: `0x${"44".repeat(20)}`,
      task_key: `0x${"55".repeat(32)}`,
      units: 2,
      images: 2,
      creator: `0x${"66".repeat(20)}`,
      fee: wei(50_000),
      payout: first ?? "",
      reward: wei(250),
      nodes: [
        { ...seat, address: first ?? "", you: true, place: 1, agrees: true, distance: 1, paid: of.paid, score: 20 },
        { ...seat, address: second ?? "", place: 2, agrees: true, distance: 0, paid: wei(18_000), score: 18 },
        { ...seat, address: third ?? "", place: 3, agrees: false, distance: 29, slashed: true },
      ],
      result: "result",
      digest: seat.digest,
      match_below: 5,
      declined: false,
      court: true,
      drawn_at: "2026-11-24T11:20:12Z",
      draw_tx: `0x${"77".repeat(32)}`,
      end_tx: `0x${"88".repeat(32)}`,
      end_block: 12_201,
      worked_millis: 31_200,
      energy: {
        worked_seconds: 31,
        measured_seconds: 31,
        uncounted_seconds: 0,
        watt_seconds: 5616,
        cost: "500",
        value: "1000000",
        net: "999500",
      },
    };
    return whole;
  };
  await play(page, stateOf(1684), { ...months, taskReceipt: receipt });
  await page.setViewportSize({ width: 900, height: 600 });
  await open(page);
  await page.getByTestId("task").nth(1).click();
  const dialog = page.getByTestId("receipt");
  await expect(dialog.getByTestId("receipt-paid")).toHaveText("19.999999999999999999 CNX");
  await expect(dialog.getByText("29 bits of 64 differ (alike below 5)")).toBeVisible();
  await expect(dialog.getByText("1 bit of 64 differs")).toBeVisible();
  await expect(dialog.getByText("Stake lost")).toBeVisible();
  await expect(dialog.getByText("€0.0005")).toBeVisible();
  await isAccessible(page);
  await shot(page, "earnings-receipt-differs");
  await page.setViewportSize({ width: 390, height: 844 });
  await fitsItsWidth(page);
  await shot(page, "earnings-receipt-phone");
  await dialog.getByText("Where it stands").scrollIntoViewIfNeeded();
  await shot(page, "earnings-receipt-phone-foot");
  await page.keyboard.press("Escape");
  await page.getByTestId("task").last().click();
  await expect(dialog.getByText("ended before Helium kept receipts")).toBeVisible();
  await isAccessible(page);
});

test("what is rare is looked for in the older tasks by itself", async ({ page }) => {
  const asked: number[] = [];
  const pictures = (q: TasksQuery): TasksPage => {
    if (q.kind !== "images") return { tasks, next: 0 };
    asked.push(q.before);
    if (q.before === 1) return { tasks: tasks.filter((x) => x.kind === "images"), next: 0 };
    return { tasks: [], next: q.before === 0 ? 2 : 1 };
  };
  await play(page, stateOf(1684), { ...months, earningsTasks: pictures });
  await open(page);
  await expect(page.getByTestId("task")).toHaveCount(tasks.length);
  await page.getByRole("radio", { name: "Pictures" }).check({ force: true });
  await expect(page.getByTestId("task")).toHaveCount(1);
  expect(asked).toEqual([0, 2, 1]);
});
