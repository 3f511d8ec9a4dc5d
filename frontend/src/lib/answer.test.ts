import { describe, expect, it } from "vitest";
import { type Answer, type AnswerEvent, agreeing, hasDone, isFinal, newAnswer, reduce } from "./answer";
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
    expect(reduce(stopped, { type: "receipt", receipt: receiptOf("Hello") })).toMatchObject({
      trust: "verified",
      text: "Hello",
      replaced: false,
    });
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

function reason(code: string) {
  return { code, title: "t", detail: "d" };
}
