import type { LogLine } from "../../lib/api.gen";

/** What is shown: lines as grave as that, or graver. */
export const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** How many lines are on the page. */
const most = 2000;

export function passes(line: LogLine, level: Level): boolean {
  const at = levels.indexOf(line.level as Level);
  return at < 0 || at >= levels.indexOf(level);
}

/** The lines with more of them. Those of an agent that was started again, which counts from 1, are other lines. */
export function merge(before: LogLine[], more: LogLine[]): LogLine[] {
  const first = more[0];
  if (!first) return before;
  const lastAt = before.at(-1)?.at ?? "";
  const earlier = first.at > lastAt ? before.filter((l) => l.seq < first.seq) : [];
  return [...earlier, ...more].slice(-most);
}
