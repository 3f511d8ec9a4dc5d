import { describe, expect, it } from "vitest";
import type { EarningsBar, EarningsReport } from "../../lib/api.gen";
import { heights, nameOf, partsIn, sumOf, tasksOf } from "./bars";

const cnx = (n: number) => `${n}000000000000000000`;
const share = (paid = "0", tasks = 0) => ({ paid, tasks });
const bar = (from: string, change: Partial<EarningsBar> = {}): EarningsBar => ({
  from,
  to: from,
  texts: share(),
  images: share(),
  other: share(),
  ...change,
});

describe("a bar", () => {
  const full = bar("2026-03-10T00:00:00Z", {
    texts: share(cnx(20), 2),
    images: share(`${cnx(3).slice(0, -1)}1`, 1),
    other: share(cnx(1), 4),
  });

  it("adds up to the wei", () => {
    expect(sumOf(full)).toBe(24_000_000_000_000_000_001n);
    expect(tasksOf(full)).toBe(7);
  });

  it("is stacked from its foot up", () => {
    const empty = bar("2026-03-11T00:00:00Z");
    expect(heights([full, empty], ["texts", "images", "other"])).toEqual([
      [0, 0],
      [20, 0],
      [23, 0],
      [24, 0],
    ]);
  });

  it("shows the parts that there are", () => {
    const report = (bars: EarningsBar[]) => partsIn({ bars } as EarningsReport);
    expect(report([])).toEqual(["texts"]);
    expect(report([bar("", { other: share("1", 1) })])).toEqual(["texts", "other"]);
    expect(report([full])).toEqual(["texts", "images", "other"]);
  });
});

describe("nameOf", () => {
  it.each([
    ["2026-03-10T13:00:00+05:30", "hour", "1:00 PM", "Tue 1:00 PM"],
    ["2026-10-25T00:00:00+02:00", "day", "Oct 25", "Sunday, October 25"],
    ["2018-11-04T01:00:00-02:00", "day", "Nov 4", "Sunday, November 4"],
    ["2026-03-01T00:00:00Z", "week", "Mar 1", "March 1, 2026"],
    ["2026-12-01T00:00:00-12:00", "month", "Dec 26", "December 2026"],
  ] as const)("%s, a %s, is %s", (from, step, short, long) => {
    const plain = (text: string) => text.replace(/\s/g, " ").replace(" at ", " ");
    expect(plain(nameOf(bar(from), step, "en-US"))).toBe(short);
    expect(plain(nameOf(bar(from), step, "en-US", true)).replace("Tue, ", "Tue ")).toBe(long);
  });
});
