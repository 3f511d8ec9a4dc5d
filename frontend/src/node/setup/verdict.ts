import type { State } from "../../lib/api.gen";

/** What this computer is good for, as far as it is known. */
export type Verdict = "looking" | "failed" | "slow" | "fair" | "strong";

/** A card with this much memory holds the models that are asked for most. */
const strongGB = 8;

export function verdictOf(state: Pick<State, "hardware" | "engine" | "node">): Verdict {
  const { hardware, engine, node } = state;
  if (!hardware.runtime) return engine.status === "failed" && node.reason ? "failed" : "looking";
  if (hardware.kind !== "gpu") return "slow";
  return hardware.vram_gb >= strongGB ? "strong" : "fair";
}
