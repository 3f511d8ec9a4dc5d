import { expect, it } from "vitest";
import { span } from "../span";
import { verdictOf } from "./score";

it("puts a score into a word", () => {
  const word = (recent: number[], percent = 80) => {
    const sum = recent.reduce((a, b) => a + b, 0);
    const next = (failed: number) => recent.slice(0, 3 - failed).reduce((a, b) => a + b, 0);
    const chances = [1, 2, 3].find((n) => next(n) <= 20) ?? 3;
    return verdictOf({ recent, let_go_at: 20, margin: sum - 20, chances, percent }).word;
  };
  expect(word([20, 20, 20], 0)).toBe("score.new");
  expect(word([20, 20, 20])).toBe("score.best");
  expect(word([18, 18, 18])).toBe("score.best");
  expect(word([20, 12, 18])).toBe("score.good");
  expect(word([12, 12, 12])).toBe("score.fair");
  expect(word([0, 20, 20])).toBe("score.risk");
  expect(word([20, 0, 0])).toBe("score.risk");
});

it("says a length of time in whole units, never shorter than it is", () => {
  expect([1, 59, 60, 61, 3600, 5399, 5400, 86_400].map(span)).toEqual([
    "1 second",
    "59 seconds",
    "1 minute",
    "2 minutes",
    "60 minutes",
    "90 minutes",
    "2 hours",
    "24 hours",
  ]);
});
