import { describe, expect, it } from "vitest";
import { currencies, energy, exactMicro, exactMoney, moneyDown, moneyUp, parseMicro, typedMicro } from "./money";

describe("typedMicro", () => {
  it.each([
    ["0.32", 320_000n],
    ["0,321500", 321_500n],
    [" 12 ", 12_000_000n],
    ["5.", 5_000_000n],
    ["0", 0n],
    ["999999999.999999", 999_999_999_999_999n],
  ])("%j", (text, want) => expect(typedMicro(text)).toBe(want));
  it.each(["", ".5", "-1", "1.2345678", "1e3", "0x1", "1,000.5", "twelve", "1234567890"])("refuses %j", (text) =>
    expect(typedMicro(text)).toBeNull(),
  );
});

describe("parseMicro", () => {
  it.each([
    ["0", 0n],
    ["-120001", -120_001n],
    ["876000000000000000", 876_000_000_000_000_000n],
    ["", null],
    ["1.5", null],
    ["--1", null],
  ])("%j", (digits, want) => expect(parseMicro(digits)).toBe(want));
});

describe("exactMicro", () => {
  it.each([
    [0n, "0"],
    [1n, "0.000001"],
    [-1n, "-0.000001"],
    [320_000n, "0.32"],
    [876_000_000_000_000_001n, "876000000000.000001"],
  ])("%s", (micro, want) => {
    expect(exactMicro(micro)).toBe(want);
    if (micro >= 0n && micro < 10n ** 15n) expect(typedMicro(want)).toBe(micro);
  });
});

describe("rounding", () => {
  it.each([
    [0n, "€0.00", "€0.00"],
    [1n, "€0.01", "€0.00"],
    [10_000n, "€0.01", "€0.01"],
    [10_001n, "€0.02", "€0.01"],
    [-1n, "€0.00", "-€0.01"],
    [-10_000n, "-€0.01", "-€0.01"],
    [-10_001n, "-€0.01", "-€0.02"],
    [1_234_567_890_001n, "€1,234,567.90", "€1,234,567.89"],
  ])("%s is %s up and %s down", (micro, up, down) => {
    expect(moneyUp(micro, "EUR", "en")).toBe(up);
    expect(moneyDown(micro, "EUR", "en")).toBe(down);
  });

  it("goes by the currency's own coins", () => {
    expect(moneyUp(31_000_001n, "JPY", "en")).toBe("¥32");
    expect(moneyDown(31_999_999n, "JPY", "en")).toBe("¥31");
    expect(moneyUp(1_000_001n, "KWD", "en")).toMatch(/1\.001$/);
  });

  it("leaves nothing out of an exact amount", () => {
    expect(exactMoney(320_001n, "EUR", "en")).toBe("€0.320001");
    expect(exactMoney(876_000_000_000_000_001n, "EUR", "en")).toBe("€876,000,000,000.000001");
    expect(exactMoney(1_500_000n, "EUR", "de")).toMatch(/^1,50\s€$/);
  });
});

it("knows currencies by name", () => {
  const all = currencies("en");
  expect(all.length).toBeGreaterThan(100);
  expect(all).toContainEqual(["EUR", "Euro"]);
});

it.each([
  [0, "0 Wh"],
  [9000, "2.5 Wh"],
  [360_000, "100 Wh"],
  [3_599_999, "1,000 Wh"],
  [3_600_000, "1 kWh"],
  [4_464_000, "1.24 kWh"],
])("%i watt-seconds are %s", (ws, want) => expect(energy(ws, "en")).toBe(want));
