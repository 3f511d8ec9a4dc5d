import { describe, expect, it } from "vitest";
import { exactCNX, neatCNXUp, parseCNX, parseWei, shortCNXDown } from "./wei";

describe("parseWei", () => {
  it.each(["0", "1", "400000000000000000000", "9".repeat(78)])("reads %s", (s) => {
    expect(parseWei(s)).toBe(BigInt(s));
  });
  it.each(["", "-1", "1.5", "1e18", "0x10", " 1", "9".repeat(79), "١"])("refuses %j", (s) => {
    expect(parseWei(s)).toBeNull();
  });
});

describe("parseCNX", () => {
  it.each([
    ["10", 10n * 10n ** 18n],
    [" 2.5 ", 25n * 10n ** 17n],
    ["2,5", 25n * 10n ** 17n],
    ["2.", 2n * 10n ** 18n],
    ["0.000000000000000001", 1n],
  ])("reads %j", (text, wei) => {
    expect(parseCNX(text)).toBe(wei);
  });
  it.each(["", "0", "0.0", "-1", ".5", "1e3", "1.2.3", "1 000", "ten", "0.0000000000000000001", "∞"])(
    "refuses %j",
    (text) => {
      expect(parseCNX(text)).toBeNull();
    },
  );
});

describe("neatCNXUp", () => {
  it.each([
    [10n * 10n ** 18n, "en", "10"],
    [125n * 10n ** 17n, "en", "12.5"],
    [125n * 10n ** 17n, "de", "12,5"],
    [12n * 10n ** 18n + 40n, "en", "12.0001"],
    [1n, "en", "0.0001"],
    [0n, "en", "0"],
    [1_234n * 10n ** 18n, "en", "1,234"],
  ])("%s wei in %s is %s", (wei, locale, want) => {
    expect(neatCNXUp(wei, locale)).toBe(want);
  });
});

describe("exactCNX", () => {
  it.each([
    [0n, "0"],
    [1n, "0.000000000000000001"],
    [250_000_000_000_000_000n, "0.25"],
    [400n * 10n ** 18n, "400"],
    [10n ** 36n + 1n, "1000000000000000000.000000000000000001"],
    [-5n * 10n ** 17n, "-0.5"],
  ])("%s wei is %s CNX", (wei, cnx) => {
    expect(exactCNX(wei)).toBe(cnx);
  });
});

describe("shortCNXDown", () => {
  it.each([
    [0n, "en", "0.00"],
    [1n, "en", "< 0.01"],
    [9_999_999_999_999_999n, "en", "< 0.01"],
    [1_999n * 10n ** 15n, "en", "1.99"],
    [1_050n * 10n ** 15n, "en", "1.05"],
    [1_234_567n * 10n ** 18n, "en", "1,234,567.00"],
    [1_234_567n * 10n ** 18n, "de", "1.234.567,00"],
    // A float would show 9007199254740992.00.
    [9_007_199_254_740_993n * 10n ** 18n, "en", "9,007,199,254,740,993.00"],
  ])("%s wei in %s is %s", (wei, locale, want) => {
    expect(shortCNXDown(wei, locale)).toBe(want);
  });
});
