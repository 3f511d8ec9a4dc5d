import type { EarningsBar, EarningsReport } from "../../lib/api.gen";
import { parseWei } from "../../lib/wei";

/** What a bar is made of, from its foot up. */
export const parts = ["texts", "images", "other"] as const;
export type Part = (typeof parts)[number];

/** What a part of a bar brought, in wei. */
export function partOf(bar: EarningsBar, part: Part): bigint {
  return parseWei(bar[part].paid) ?? 0n;
}

/** All that a bar brought. */
export function sumOf(bar: EarningsBar): bigint {
  return parts.reduce((sum, p) => sum + partOf(bar, p), 0n);
}

export function tasksOf(bar: EarningsBar): number {
  return bar.texts.tasks + bar.images.tasks + bar.other.tasks;
}

/** The parts that a report has anything of; texts always. */
export function partsIn(report: EarningsReport): Part[] {
  return parts.filter((p) => p === "texts" || report.bars.some((b) => partOf(b, p) > 0n));
}

/**
 * Where each part of the bars ends, from the foot up, with the foot itself as the
 * first. Only pixels are made of it.
 */
export function heights(bars: EarningsBar[], shown: Part[]): number[][] {
  let sums = bars.map(() => 0n);
  const levels = [bars.map(() => 0)];
  for (const part of shown) {
    sums = bars.map((b, i) => (sums[i] ?? 0n) + partOf(b, part));
    levels.push(sums.map((wei) => Number(wei / 10n ** 12n) / 1e6));
  }
  return levels;
}

/**
 * When a bar begins, in the words of the reader. Times are the agent's, so what
 * its clock shows is read from the text: this page may be in another zone.
 */
export function nameOf(bar: EarningsBar, step: EarningsReport["step"], locale: string, long = false): string {
  const [, year, month, day, hour, minute] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+)/.exec(bar.from)?.map(Number) ?? [];
  const clock = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute);
  const form: Record<EarningsReport["step"], Intl.DateTimeFormatOptions> = {
    hour: long ? { weekday: "short", hour: "numeric", minute: "2-digit" } : { hour: "numeric", minute: "2-digit" },
    day: long ? { weekday: "long", day: "numeric", month: "long" } : { day: "numeric", month: "short" },
    week: long ? { day: "numeric", month: "long", year: "numeric" } : { day: "numeric", month: "short" },
    month: long ? { month: "long", year: "numeric" } : { month: "short", year: "2-digit" },
  };
  return new Intl.DateTimeFormat(locale, { ...form[step], timeZone: "UTC" }).format(clock);
}
