import { describe, expect, it } from "vitest";
import { ago, duration, roughTime, shortHex } from "./format";

describe("shortHex", () => {
  it("keeps both ends", () => {
    expect(shortHex(`0x1234${"0".repeat(32)}abcd`)).toBe("0x1234…abcd");
    expect(shortHex("0x12")).toBe("0x12");
  });
});

describe("duration", () => {
  it.each([
    [0, "0.00s"],
    [420, "0.42s"],
    [3199, "3.1s"],
    [59_999, "59.9s"],
    [125_000, "2m 5s"],
  ])("%i ms is %s", (ms, want) => {
    expect(duration(ms, "en")).toBe(want);
  });
});

describe("roughTime", () => {
  it.each([
    [1, "1 sec"],
    [40, "40 sec"],
    [90, "2 min"],
    [200, "4 min"],
  ])("%i seconds are %s", (seconds, want) => {
    expect(roughTime(seconds, "en")).toBe(want);
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
