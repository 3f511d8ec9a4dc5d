import { expect, it } from "vitest";
import { outcomeOf } from "./outcome";

const task = (outcome: string, paid = "0", change = {}) => ({
  outcome,
  paid,
  slashed: false,
  missed: false,
  ...change,
});

it.each([
  [task("agreed", "20"), "paid"],
  [task("agreed", "0", { slashed: true }), "slashed"],
  [task("agreed", "0", { missed: true }), "missed"],
  [task("agreed", "18", { missed: true }), "paid"],
  [task("agreed"), "unpaid"],
  [task("agreed", "0", { proof: { declined: true } }), "handedOn"],
  [task("invalid arguments", "3"), "invalid"],
  [task("no agreement", "3"), "noAgreement"],
  [task("no arguments", "3"), "noArguments"],
  [task("silent"), "silent"],
  [task("expired"), "ended"],
] as const)("%j went %s", (t, want) => expect(outcomeOf(t as Parameters<typeof outcomeOf>[0])).toBe(want));
