import type { GPUClass, Reason, Receipt } from "./api.gen";
import { parseWei } from "./wei";

/**
 * An answer is the text or the pictures of a task and how far the network is with
 * proving it. The files of pictures are kept apart from it: they are large, and an
 * answer changes many times a second.
 *
 * Its trust is one of: `provisional` while machines work, `verified` when
 * three of them opened the same result on chain, `disputed` when they did not,
 * `failed` when no task could be made or its text was lost, `stopped` when the
 * person stopped reading before the end. Trust never goes back from verified.
 */
export type Trust = "provisional" | "verified" | "disputed" | "failed" | "stopped";

/** The steps of a task in the order in which they usually come. */
export const stages = [
  "created",
  "queued",
  "drawn",
  "ready",
  "running",
  "committed",
  "revealed",
  "verified",
  "settled",
] as const;
export type Stage = (typeof stages)[number];

/** One step that was seen, with the milliseconds since the request was sent. */
export interface Step {
  stage: Stage;
  at: number;
  tx?: string;
  /** How many of the three machines have done it, where they do it one by one. */
  count?: number;
  /** Addresses of the machines that have done it by then. */
  who?: string[];
}

/** What was asked for, in place of a text, and how much of it is there. */
export interface Pictures {
  width: number;
  height: number;
  count: number;
  /** Repeats them, with the same model, words and settings. */
  seed: number;
  /** Steps that are done of each, of so many. */
  done: number[];
  steps: number;
  /** Which of them are here as three machines agreed on them. */
  arrived: boolean[];
}

export interface Answer {
  trust: Trust;
  text: string;
  /** Left out of answers that are texts. */
  pictures?: Pictures;
  /** The furthest step so far; null until the task is on chain. */
  stage: Stage | null;
  steps: Step[];
  taskId?: number;
  /** Place in the queue, from 1, and roughly how many seconds that takes, while queued. */
  position?: number;
  wait?: number;
  nodes: string[];
  class?: GPUClass;
  ready: number;
  committed: number;
  revealed: number;
  receiptId?: string;
  receipt?: Receipt;
  /** The streamed text differed from the verified one and was replaced. */
  replaced?: boolean;
  /** It was taken back from the queue: no machine works on it. */
  takenBack?: boolean;
  /** What had been streamed in its place. */
  wrong?: string;
  /**
   * The tasks of the same request that came to nothing before this one was made, the
   * first one first; each is an answer without a text, and has its own receipt.
   */
  before?: Answer[];
  /** Why it is disputed or failed. */
  reason?: Reason;
  /** Why the text ended: "stop", "length", … */
  finish?: string;
  tokens?: number;
  /** The text is whole. */
  complete: boolean;
}

/** What happens to an answer. */
export type AnswerEvent =
  | { type: "text"; text: string; at: number }
  | { type: "progress"; image: number; step: number; steps: number; at: number }
  /** What a picture looks like so far. */
  | { type: "preview"; image: number; file: Blob }
  /** A picture that three machines agree on. */
  | { type: "picture"; image: number; file: Blob }
  | { type: "finish"; reason: string }
  | { type: "usage"; tokens: number }
  | { type: "receipt-id"; id: string }
  | {
      type: "stage";
      stage: string;
      at: number;
      taskId?: number;
      tx?: string;
      nodes?: string[];
      class?: GPUClass;
      position?: number;
      wait?: number;
      count?: number;
    }
  | { type: "verified"; at: number; receiptId?: string; nodes?: string[] }
  /** The attempt before that number came to nothing, and the request was sent again. */
  | { type: "retry"; number: number; reason: Reason; receipt?: Receipt }
  | { type: "replaced"; text: string }
  | { type: "disputed"; reason: Reason }
  | { type: "receipt"; receipt: Receipt }
  | { type: "failed"; reason: Reason }
  | { type: "stopped" }
  | { type: "taken-back" }
  | { type: "ended" };

export function newAnswer(pictures?: Pictures): Answer {
  return {
    trust: "provisional",
    text: "",
    ...(pictures && { pictures }),
    stage: null,
    steps: [],
    nodes: [],
    ready: 0,
    committed: 0,
    revealed: 0,
    complete: false,
  };
}

/** Whether every picture of an answer is here. An answer that is a text lacks none. */
export function hasPictures(a: Answer): boolean {
  return !a.pictures || Array.from({ length: a.pictures.count }, (_, i) => i).every((i) => a.pictures?.arrived[i]);
}

/** Whether nothing about the answer can change any more. */
export function isFinal(a: Answer): boolean {
  if (a.trust === "verified") return a.receipt !== undefined;
  return a.trust === "disputed" || a.trust === "failed" || (a.takenBack === true && a.receipt !== undefined);
}

/** The answer after one event. Never changes the answer it is given. */
export function reduce(a: Answer, e: AnswerEvent): Answer {
  switch (e.type) {
    case "text":
      if (a.complete && a.trust === "verified") return a;
      return reach({ ...a, text: a.text + e.text }, { stage: "running", at: e.at });
    case "progress":
      return reduceProgress(a, e);
    case "preview":
      return a;
    case "picture":
      return reducePicture(a, e.image);
    case "finish":
      return { ...a, finish: e.reason, complete: true };
    case "usage":
      return { ...a, tokens: e.tokens };
    case "receipt-id":
      return { ...a, receiptId: e.id };
    case "stage":
      return reduceStage(a, e);
    case "verified":
      if (a.trust === "disputed") return a;
      // Nothing is verified for a person who doesn't have it: the pictures are fetched before.
      if (!hasPictures(a)) {
        return reach({ ...a, receiptId: e.receiptId ?? a.receiptId }, { stage: "verified", at: e.at, who: e.nodes });
      }
      return reach(
        { ...a, trust: "verified", complete: true, receiptId: e.receiptId ?? a.receiptId },
        { stage: "verified", at: e.at, who: e.nodes },
      );
    case "retry":
      return reduceRetry(a, e);
    case "replaced":
      return { ...corrected(a, e.text), complete: true };
    case "disputed":
      return withoutResult(a, e.reason, e.reason.code === "no_agreement");
    case "receipt":
      return withReceipt(a, e.receipt);
    case "failed":
      // The network's own reason stays: that the stream broke off is only what followed from it.
      if (a.trust !== "provisional" && a.trust !== "stopped") return a;
      return { ...a, trust: "failed", reason: e.reason, complete: true };
    case "stopped":
      return a.trust === "provisional" ? { ...a, trust: "stopped", complete: true } : a;
    case "taken-back":
      return a.trust === "stopped" || a.trust === "provisional"
        ? { ...a, trust: "stopped", takenBack: true, complete: true }
        : a;
    case "ended":
      return { ...a, complete: true };
  }
}

/** Whether there is a picture of that number, from 0. */
export function isPlace(p: Pictures, image: number): boolean {
  return Number.isInteger(image) && image >= 0 && image < p.count;
}

function reduceProgress(a: Answer, e: Extract<AnswerEvent, { type: "progress" }>): Answer {
  const p = a.pictures;
  if (!p || a.trust === "verified" || !isPlace(p, e.image)) return a;
  const done = Array.from({ length: p.count }, (_, i) => p.done[i] ?? 0);
  done[e.image] = Math.max(done[e.image] ?? 0, e.step);
  return reach({ ...a, pictures: { ...p, done, steps: e.steps } }, { stage: "running", at: e.at });
}

function reducePicture(a: Answer, image: number): Answer {
  const p = a.pictures;
  if (!p || !isPlace(p, image)) return a;
  const arrived = Array.from({ length: p.count }, (_, i) => i === image || (p.arrived[i] ?? false));
  const next: Answer = { ...a, pictures: { ...p, arrived } };
  // They were fetched after the task was settled.
  if (a.receipt?.outcome === agreed && hasPictures(next)) return { ...next, trust: "verified", complete: true };
  return next;
}

function reduceStage(a: Answer, e: Extract<AnswerEvent, { type: "stage" }>): Answer {
  const next: Answer = {
    ...a,
    taskId: e.taskId ?? a.taskId,
    class: e.class ?? a.class,
    // Other stages name the machines that have done them, not the three that were drawn.
    nodes: e.stage === "drawn" && e.nodes ? e.nodes : a.nodes,
    position: e.stage === "queued" ? e.position : undefined,
    wait: e.stage === "queued" ? e.wait : undefined,
  };
  const stage = stages.find((s) => s === e.stage);
  if (!stage) return next;
  if (stage === "ready" || stage === "committed" || stage === "revealed") {
    next[stage] = Math.max(a[stage], Math.min(e.count ?? a[stage] + 1, 3));
    return reach(next, { stage, at: e.at, tx: e.tx, count: next[stage], who: e.nodes });
  }
  return reach(next, { stage, at: e.at, tx: e.tx });
}

/**
 * The answer of the attempt of that number. What was streamed stays on the screen:
 * the bridge goes on from there, or replaces it. An attempt that is known is only
 * given the receipt that it lacked.
 */
function reduceRetry(a: Answer, e: Extract<AnswerEvent, { type: "retry" }>): Answer {
  const before = [...(a.before ?? [])];
  const known = before.length >= e.number - 1;
  // What is verified has no attempt after it.
  if (!(e.number >= 2) || (!known && a.receipt) || before.length < e.number - 2) return a;
  if (!known) before.push(failedAttempt(a, e.reason));
  const at = e.number - 2;
  const attempt = before[at];
  if (attempt && e.receipt) before[at] = withReceipt(attempt, e.receipt);
  if (known) return { ...a, before };
  const pictures = a.pictures && { ...a.pictures, done: [] };
  return { ...newAnswer(pictures), trust: a.trust, text: a.text, receiptId: a.receiptId, complete: a.complete, before };
}

function failedAttempt(a: Answer, reason: Reason): Answer {
  const { before: _, text: __, finish: ___, tokens: ____, receiptId: _____, ...rest } = a;
  const open: Answer = { ...rest, text: "", trust: "provisional", position: undefined, wait: undefined };
  return withoutResult(open, reason, reason.code === "no_agreement");
}

/** The answer with the text that was agreed on in place of another one. */
function corrected(a: Answer, text: string): Answer {
  return { ...a, text, replaced: true, wrong: a.text };
}

/** All tasks of an answer's request, the first one first: what it was asked for cost as much as they did together. */
export function attemptsOf(a: Answer): Answer[] {
  return [...(a.before ?? []), a];
}

/** What an answer has cost in all its attempts, in wei, as far as their receipts are here; null while none is. */
export function costOf(a: Answer): bigint | null {
  let sum: bigint | null = null;
  for (const { receipt } of attemptsOf(a)) {
    const fee = parseWei(receipt?.fee ?? "");
    if (fee !== null) sum = (sum ?? 0n) + fee - (parseWei(receipt?.refunded ?? "") ?? 0n);
  }
  return sum;
}

/** How many machines are known to agree on a verified answer: three, or two when the third differed or fell silent. */
export function agreeing(a: Answer): number {
  if (a.receipt) return a.receipt.nodes.filter((n) => n.agrees).length;
  return a.steps.find((s) => s.stage === "verified")?.who?.length ?? 0;
}

/** Whether a machine has been seen to take a step. */
export function hasDone(a: Answer, stage: Stage, address: string): boolean {
  const same = (x: string) => x.toLowerCase() === address.toLowerCase();
  return a.steps.some((s) => s.stage === stage && (s.who ? s.who.some(same) : s.count === 3));
}

/** Notes a step once, and moves on to it unless the answer is further already. */
function reach(a: Answer, step: Step): Answer {
  const known = a.steps.some((s) => s.stage === step.stage && s.count === step.count);
  const further = a.stage === null || stages.indexOf(step.stage) > stages.indexOf(a.stage);
  if (known && !further) return a;
  return { ...a, stage: further ? step.stage : a.stage, steps: known ? a.steps : [...a.steps, step] };
}

/** Outcomes as the Task contract numbers them. */
const agreed = 1;
const noAgreement = 3;
const cancelled = 6;

/** The answer of a task that ended without a result: disputed when machines differ, otherwise failed. */
function withoutResult(a: Answer, reason: Reason, differ: boolean): Answer {
  if (a.trust === "verified" || a.takenBack) return a;
  return { ...a, trust: differ ? "disputed" : "failed", reason, complete: true };
}

function withReceipt(a: Answer, receipt: Receipt): Answer {
  let next: Answer = {
    ...a,
    receipt,
    complete: true,
    taskId: receipt.task_id,
    class: receipt.class.card ? receipt.class : undefined,
    nodes: wasDrawn(receipt) ? receipt.nodes.map((n) => n.address) : [],
  };
  if (receipt.outcome === cancelled && a.takenBack) return next;
  if (receipt.outcome !== agreed) {
    const differ = receipt.outcome === noAgreement;
    return withoutResult(next, a.reason ?? { code: differ ? "disputed" : "lost", title: "", detail: "" }, differ);
  }
  if (a.pictures) return hasPictures(a) ? { ...next, trust: "verified" } : { ...next, complete: a.complete };
  const text = responseText(receipt);
  if (text !== null && text !== a.text) {
    next = a.text !== "" && !text.startsWith(a.text) ? corrected(next, text) : { ...next, text };
  }
  // Without its text a receipt proves nothing to the person who reads this page.
  if (text === null && next.text === "") return { ...next, trust: a.trust };
  return { ...next, trust: "verified" };
}

/** Whether machines were ever drawn for the task: it may have ended while it waited. */
export function wasDrawn(receipt: Receipt): boolean {
  return !/^0x0*$/.test(receipt.draw_tx);
}

/** The text of the response that a receipt carries; null when it carries none that can be read. */
export function responseText(receipt: Receipt): string | null {
  if (!receipt.response) return null;
  try {
    const response: unknown = JSON.parse(receipt.response);
    const content = (response as { choices?: { message?: { content?: unknown } }[] }).choices?.[0]?.message?.content;
    return typeof content === "string" ? content : null;
  } catch {
    return null;
  }
}
