import { describe, expect, it } from "vitest";
import { ago, duration, shortHex } from "./format";

describe("shortHex", () => {
  it("keeps both ends", () => {
    expect(shortHex(`0x1234${"0".repeat(32)}abcd`)).toBe("0x1234…abcd");
    expect(shortHex("0x12")).toBe("0x12");
  });
});

describe("duration", () => {
  it.each([
    [0, "0.00 sec"],
    [420, "0.42 sec"],
    [3199, "3.1 sec"],
    [59_999, "59.9 sec"],
    [125_000, "2 min 5 sec"],
  ])("%i ms is %s", (ms, want) => {
    expect(duration(ms, "en")).toBe(want);
  });
});

describe("ago", () => {
  const now = Date.UTC(2026, 10, 24, 12);
  it.each([
    [0, "now"],
    [-5000, "now"],
    [59_000, "59 seconds ago"],
    [3_599_000, "59 minutes ago"],
    [7_200_000, "2 hours ago"],
    [172_800_000, "Nov 22, 2026"],
  ])("%i ms before", (ms, want) => {
    expect(ago(now - ms, now, "en")).toBe(want);
  });
});
