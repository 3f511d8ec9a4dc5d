import { describe, expect, it } from "vitest";
import {
  type Answer,
  type AnswerEvent,
  agreeing,
  attemptsOf,
  costOf,
  hasDone,
  hasPictures,
  isFinal,
  newAnswer,
  type Pictures,
  reduce,
} from "./answer";
import type { Receipt } from "./api.gen";
import { imagesReceiptOf, paint } from "./picture.fixture";
import { evictedReceiptOf, receiptOf } from "./receipt.fixture";

const run = (...events: AnswerEvent[]): Answer => events.reduce(reduce, newAnswer());
const stage = (name: string, at: number, more: object = {}): AnswerEvent => ({
  type: "stage",
  stage: name,
  at,
  ...more,
});
const nodes = ["0xa", "0xb", "0xc"];

const usual: AnswerEvent[] = [
  stage("created", 10, { taskId: 7, tx: "0x1" }),
  stage("queued", 11, { position: 2, wait: 40 }),
  stage("drawn", 20, { nodes, tx: "0x1", class: { card: "C", vram_gb: 8, runtime: "r" } }),
  stage("ready", 30, { count: 3 }),
  { type: "text", text: "Hel", at: 40 },
  { type: "text", text: "lo", at: 41 },
  { type: "finish", reason: "stop" },
  stage("committed", 50, { count: 1 }),
  stage("committed", 51, { count: 2 }),
  stage("committed", 52, { count: 3 }),
  stage("revealed", 60, { count: 3 }),
  { type: "verified", at: 61, receiptId: "r1", nodes },
  stage("settled", 90, { tx: "0x9" }),
  { type: "receipt", receipt: receiptOf("Hello") },
];

describe("hasDone", () => {
  it("knows who has committed from the addresses, or from all three having done so", () => {
    const a = run(...usual.slice(0, 7), stage("committed", 50, { count: 1, nodes: ["0xB"] }));
    expect(nodes.map((n) => hasDone(a, "committed", n))).toEqual([false, true, false]);
    expect(a.nodes).toEqual(nodes);
    expect(nodes.every((n) => hasDone(run(...usual), "revealed", n))).toBe(true);
  });
});

describe("agreeing", () => {
  it("counts who agreed when it was verified, and then what the receipt says", () => {
    const verified = run({ type: "verified", at: 1, nodes: ["0xa", "0xb"] });
    expect(agreeing(verified)).toBe(2);
    expect(agreeing(reduce(verified, { type: "receipt", receipt: receiptOf("x") }))).toBe(3);
  });
});

describe("reduce", () => {
  it("walks the usual way to verified and notes every step once", () => {
    const a = run(...usual);
    expect(a).toMatchObject({
      trust: "verified",
      text: "Hello",
      stage: "settled",
      committed: 3,
      revealed: 3,
      finish: "stop",
      receiptId: "r1",
    });
    expect(a.replaced).toBeUndefined();
    expect(a.steps.map((s) => s.stage)).toEqual([
      "created",
      "queued",
      "drawn",
      "ready",
      "running",
      "committed",
      "committed",
      "committed",
      "revealed",
      "verified",
      "settled",
    ]);
    expect(isFinal(a)).toBe(true);
  });

  it("is provisional at every step before verified", () => {
    for (let i = 0; i < 11; i++) {
      const a = run(...usual.slice(0, i));
      expect(a.trust, `after ${i} events`).toBe("provisional");
      expect(isFinal(a)).toBe(false);
    }
  });

  it("never goes back when steps come late or twice", () => {
    const a = run(
      ...usual,
      stage("drawn", 99, { nodes }),
      stage("committed", 99, { count: 1 }),
      { type: "failed", reason: reason("late") },
      { type: "stopped" },
      { type: "disputed", reason: reason("late") },
    );
    expect(a).toMatchObject({ trust: "verified", stage: "settled", committed: 3 });
    expect(a.steps).toHaveLength(11);
  });

  it("shows the place in the queue only while queued", () => {
    expect(run(...usual.slice(0, 2))).toMatchObject({ position: 2, wait: 40 });
    const next = run(...usual.slice(0, 2), stage("queued", 15, { position: 1, wait: 5 }));
    expect(next).toMatchObject({ position: 1, wait: 5, stage: "queued" });
    expect(next.steps).toHaveLength(2);
    expect(run(...usual.slice(0, 3))).toMatchObject({ position: undefined, wait: undefined });
  });

  it("takes the right text in place of a wrong stream", () => {
    const a = run(...usual.slice(0, 6), { type: "replaced", text: "Howdy" }, { type: "verified", at: 70 });
    expect(a).toMatchObject({ text: "Howdy", replaced: true, trust: "verified" });
  });

  it("is disputed, with the reason, when the machines do not agree", () => {
    const a = run(...usual.slice(0, 9), { type: "disputed", reason: reason("no_agreement") });
    expect(a).toMatchObject({ trust: "disputed", reason: { code: "no_agreement" } });
    expect(isFinal(a)).toBe(true);
    expect(reduce(a, { type: "verified", at: 99 }).trust).toBe("disputed");
  });

  it("a stopped answer keeps its text and can still be completed by its receipt", () => {
    const stopped = run(...usual.slice(0, 5), { type: "stopped" });
    expect(stopped).toMatchObject({ trust: "stopped", text: "Hel" });
    const whole = reduce(stopped, { type: "receipt", receipt: receiptOf("Hello") });
    expect(whole).toMatchObject({ trust: "verified", text: "Hello" });
    expect(whole.replaced).toBeUndefined();
  });

  it("a receipt of a task that ended without agreement is not a proof", () => {
    expect(run({ type: "receipt", receipt: { ...receiptOf("Hello"), outcome: 3 } }).trust).toBe("disputed");
  });

  it("a task that ended for another cause than disagreement is failed, not disputed", () => {
    expect(run({ type: "disputed", reason: reason("evicted") }).trust).toBe("failed");
    expect(run({ type: "receipt", receipt: { ...receiptOf(""), outcome: 5 } }).trust).toBe("failed");
  });

  it("keeps the network's reason when the stream then breaks off", () => {
    const a = run({ type: "disputed", reason: reason("evicted") }, { type: "failed", reason: reason("broken") });
    expect(a).toMatchObject({ trust: "failed", reason: { code: "evicted" } });
  });

  it("a task that left the queue failed, and nobody was drawn for it", () => {
    const a = run(...usual.slice(0, 2), { type: "receipt", receipt: evictedReceiptOf() });
    expect(a).toMatchObject({ trust: "failed", nodes: [], class: undefined });
  });

  it("a receipt without a text does not verify an empty answer", () => {
    const { response: _, ...bare } = receiptOf("Hello");
    expect(run({ type: "receipt", receipt: bare }).trust).toBe("provisional");
  });

  it("ignores stages that it does not know, but takes what they carry", () => {
    const a = run(stage("sealed", 5, { taskId: 3 }));
    expect(a).toMatchObject({ stage: null, taskId: 3, steps: [] });
  });

  it("never changes the answer it is given", () => {
    let a = newAnswer();
    for (const e of usual) {
      const before = JSON.stringify(a);
      const after = reduce(Object.freeze(a), e);
      expect(JSON.stringify(a)).toBe(before);
      a = after;
    }
  });
});

describe("an attempt that came to nothing", () => {
  const silent: Receipt = { ...receiptOf(""), outcome: 5, response: undefined, refunded: "9000000000000000000" };
  const again: AnswerEvent = { type: "retry", number: 2, reason: reason("nodes_silent") };

  it("is kept with its steps and its reason, and the next one begins anew with what was streamed", () => {
    const a = run(
      ...usual.slice(0, 6),
      stage("committed", 50, { count: 2 }),
      again,
      stage("created", 70, { taskId: 8 }),
    );
    expect(a).toMatchObject({
      trust: "provisional",
      text: "Hello",
      taskId: 8,
      stage: "created",
      committed: 0,
      nodes: [],
    });
    expect(a.before).toMatchObject([
      { trust: "failed", text: "", taskId: 7, nodes, committed: 2, reason: { code: "nodes_silent" } },
    ]);
    expect(reduce(a, { type: "verified", at: 90, receiptId: "r" })).toMatchObject({ trust: "verified" });
  });

  it("of machines that differ is disputed", () => {
    const a = run(...usual.slice(0, 3), { ...again, reason: reason("no_agreement") });
    expect(a.before?.[0]?.trust).toBe("disputed");
    expect(a.trust).toBe("provisional");
  });

  it("is given its receipt once, and all of them are what the answer cost", () => {
    const a = run(...usual.slice(0, 3), again, { ...again, receipt: silent }, { ...again, receipt: silent });
    expect(a.before).toHaveLength(1);
    expect(a.before?.[0]).toMatchObject({ trust: "failed", receipt: silent, reason: { code: "nodes_silent" } });
    expect(costOf(a)).toBe(10n ** 18n);
    const whole = reduce(a, { type: "receipt", receipt: receiptOf("Hello") });
    expect(whole.trust).toBe("verified");
    expect(attemptsOf(whole).map((x) => x.receipt?.outcome)).toEqual([5, 1]);
    expect(costOf(whole)).toBe(11n * 10n ** 18n);
    expect(costOf(newAnswer())).toBeNull();
  });

  it("doesn't start an answer that was stopped, and one that nobody told of changes nothing", () => {
    expect(run(...usual.slice(0, 3), { type: "stopped" }, again).trust).toBe("stopped");
    for (const number of [0, 1, 3, Number.NaN])
      expect(run(...usual.slice(0, 3), { ...again, number }).before).toBeUndefined();
    expect(reduce(run(...usual), again)).toEqual(run(...usual));
  });

  it("has a text of its own, which is shown as what was replaced", () => {
    const a = run(...usual.slice(0, 6), again, { type: "replaced", text: "Hallo" });
    expect(a).toMatchObject({ text: "Hallo", replaced: true, wrong: "Hello" });
  });
});

describe("a task that was taken back", () => {
  const cancelled: Receipt = { ...evictedReceiptOf(), outcome: 6, refunded: "9000000000000000000" };
  it("stays stopped, with a receipt that says what it cost", () => {
    const a = run(...usual.slice(0, 2), { type: "stopped" }, { type: "taken-back" });
    expect(isFinal(a)).toBe(false);
    const ended = [
      { type: "disputed", reason: reason("cancelled") },
      { type: "receipt", receipt: cancelled },
    ] as AnswerEvent[];
    const b = ended.reduce(reduce, a);
    expect(b).toMatchObject({ trust: "stopped", takenBack: true, receipt: cancelled });
    expect(isFinal(b)).toBe(true);
    expect(costOf(b)).toBe(10n ** 18n);
  });
});

describe("pictures", () => {
  const asked: Pictures = { width: 512, height: 512, count: 2, seed: 3, steps: 25, done: [], arrived: [] };
  const file = new Blob(["x"], { type: "image/png" });
  const of = (...events: AnswerEvent[]) => events.reduce(reduce, newAnswer(asked));
  const progress = (image: number, step: number): AnswerEvent => ({ type: "progress", image, step, steps: 8, at: 9 });
  const picture = (image: number): AnswerEvent => ({ type: "picture", image, file });
  const settled: AnswerEvent = { type: "receipt", receipt: imagesReceiptOf([paint(1, 64, 64), paint(2, 64, 64)]) };

  it("count their steps, each for itself, and never back", () => {
    const a = of(progress(0, 3), progress(1, 1), progress(0, 2), { type: "preview", image: 0, file });
    expect(a).toMatchObject({ stage: "running", pictures: { done: [3, 1], steps: 8 } });
    expect(a.steps).toHaveLength(1);
    expect(of(progress(2, 1), progress(-1, 1)).pictures).toBe(asked);
  });

  it("are verified only when all of them are here", () => {
    const half = of(picture(0), { type: "verified", at: 9, receiptId: "r" });
    expect(half).toMatchObject({ trust: "provisional", receiptId: "r", pictures: { arrived: [true, false] } });
    expect(isFinal(half)).toBe(false);
    expect(reduce(half, settled)).toMatchObject({ trust: "provisional", complete: false });
    expect([settled, picture(1)].reduce(reduce, half)).toMatchObject({ trust: "verified", complete: true });
    const whole = of(picture(0), picture(1), { type: "verified", at: 9 }, settled);
    expect(whole.trust).toBe("verified");
    expect(isFinal(whole)).toBe(true);
  });

  it("that were stopped are verified when they are fetched", () => {
    expect(of(progress(0, 3), { type: "stopped" }, settled, picture(0), picture(1)).trust).toBe("verified");
  });

  it("of a task without agreement are not verified by being there", () => {
    const receipt = { ...imagesReceiptOf([paint(1, 64, 64), paint(2, 64, 64)]), outcome: 3 };
    expect(of({ type: "receipt", receipt }, picture(0), picture(1)).trust).toBe("disputed");
  });

  it("change no text, and a text has none", () => {
    expect(reduce(newAnswer(), picture(0))).toEqual(newAnswer());
    expect(hasPictures(newAnswer())).toBe(true);
  });
});

function reason(code: string) {
  return { code, title: "t", detail: "d" };
}
