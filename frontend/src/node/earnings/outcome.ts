import type { EarningsTask, TaskReceipt } from "../../lib/api.gen";

/** How a task went, for its owner: each has a word and a sentence. */
export type Outcome =
  | "paid"
  | "slashed"
  | "handedOn"
  | "missed"
  | "unpaid"
  | "invalid"
  | "noAgreement"
  | "noArguments"
  | "silent"
  | "ended";

type Ended = Pick<EarningsTask, "outcome" | "paid" | "slashed" | "missed"> & Partial<Pick<TaskReceipt, "proof">>;

export function outcomeOf(task: Ended): Outcome {
  if (task.slashed) return "slashed";
  if (task.proof?.declined) return "handedOn";
  if (task.outcome === "invalid arguments") return "invalid";
  if (task.outcome === "no agreement") return "noAgreement";
  if (task.outcome === "no arguments") return "noArguments";
  if (task.outcome === "agreed" && BigInt(task.paid) > 0n) return "paid";
  if (task.missed) return "missed";
  if (task.outcome === "agreed") return "unpaid";
  if (task.outcome === "silent") return "silent";
  return "ended";
}

export const tones: Record<Outcome, string> = {
  paid: "bg-good-tint text-good",
  slashed: "bg-bad-tint text-bad",
  missed: "bg-wait-tint text-wait",
  unpaid: "bg-wait-tint text-wait",
  handedOn: "bg-sunken text-soft",
  invalid: "bg-sunken text-soft",
  noAgreement: "bg-sunken text-soft",
  noArguments: "bg-sunken text-soft",
  silent: "bg-sunken text-soft",
  ended: "bg-sunken text-soft",
};
