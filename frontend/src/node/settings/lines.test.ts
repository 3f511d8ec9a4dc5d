import { expect, test } from "vitest";
import type { LogLine } from "../../lib/api.gen";
import { merge, passes } from "./lines";

const line = (seq: number, level = "info", at = `2026-11-26T23:00:${String(seq).padStart(2, "0")}Z`): LogLine => ({
  seq,
  at,
  level,
  text: `line ${seq}`,
});

test("a level shows what is as grave or graver, and what has no name of its own", () => {
  const shown = (level: Parameters<typeof passes>[1]) =>
    ["debug", "info", "warn", "error", "fatal"].filter((l) => passes(line(1, l), level));
  expect(shown("debug")).toEqual(["debug", "info", "warn", "error", "fatal"]);
  expect(shown("warn")).toEqual(["warn", "error", "fatal"]);
  expect(shown("error")).toEqual(["error", "fatal"]);
});

test("lines come together without one twice", () => {
  const seqs = (lines: LogLine[]) => lines.map((l) => l.seq);
  expect(seqs(merge([line(1), line(2)], [line(3)]))).toEqual([1, 2, 3]);
  expect(seqs(merge([line(1)], []))).toEqual([1]);
  // The feed began anew: all that is in the agent's memory comes again.
  expect(seqs(merge([line(1), line(2)], [line(1), line(2), line(3)]))).toEqual([1, 2, 3]);
  // Another agent's lines count from 1 too.
  expect(merge([line(1), line(2)], [line(1, "warn", "2026-11-26T23:30:00Z")])).toHaveLength(1);
  const many = Array.from({ length: 2500 }, (_, i) => line(i + 1, "info", new Date(i).toISOString()));
  expect(seqs(merge(many.slice(0, 1000), many.slice(1000)))).toEqual(seqs(many.slice(500)));
});
