/**
 * Amounts of CNX. They travel as strings of decimal digits, in wei (10^-18
 * CNX), and are never turned into floating-point numbers.
 */
const decimals = 18;
const one = 10n ** BigInt(decimals);

/** Reads an amount in wei; null for anything but decimal digits. */
export function parseWei(digits: string): bigint | null {
  return /^\d{1,78}$/.test(digits) ? BigInt(digits) : null;
}

/**
 * Reads what a person types for an amount above nothing, in CNX, with a point or
 * a comma before the decimals; null for anything else.
 */
export function parseCNX(text: string): bigint | null {
  const match = /^\s*(\d{1,20})(?:[.,](\d{0,18}))?\s*$/.exec(text);
  if (!match) return null;
  const wei = BigInt(match[1] ?? "0") * one + BigInt((match[2] ?? "").padEnd(decimals, "0"));
  return wei > 0n ? wei : null;
}

/** The exact amount in CNX without trailing zeros: "0.25". */
export function exactCNX(wei: bigint): string {
  const sign = wei < 0n ? "-" : "";
  const value = wei < 0n ? -wei : wei;
  const fraction = (value % one).toString().padStart(decimals, "0").replace(/0+$/, "");
  return sign + (value / one).toString() + (fraction && `.${fraction}`);
}

/**
 * The amount in CNX for a glance, rounded down to `places` decimals, in the
 * reader's own digits. What is more than nothing never shows as zero: it shows
 * as less than the smallest amount that fits.
 */
export function shortCNXDown(wei: bigint, locale: string, places = 2): string {
  const unit = 10n ** BigInt(decimals - places);
  const steps = wei / unit;
  if (steps === 0n && wei > 0n) return `< ${decimal(1n, places, locale)}`;
  return decimal(steps, places, locale);
}

/** A price for a glance: at most `places` decimals, rounded up, and no zeros that say nothing. */
export function neatCNXUp(wei: bigint, locale: string, places = 4): string {
  const unit = 10n ** BigInt(decimals - places);
  let steps = (wei + unit - 1n) / unit;
  let shown = places;
  for (; shown > 0 && steps % 10n === 0n; shown--) steps /= 10n;
  return decimal(steps, shown, locale);
}

/** A whole number of 10^-places, formatted without passing through a float. */
function decimal(steps: bigint, places: number, locale: string): string {
  const scale = 10n ** BigInt(places);
  const whole = new Intl.NumberFormat(locale).format(steps / scale);
  if (places === 0) return whole;
  const separator = new Intl.NumberFormat(locale).formatToParts(1.5).find((p) => p.type === "decimal")?.value ?? ".";
  const digits = (steps % scale).toString().padStart(places, "0");
  const localDigits = new Intl.NumberFormat(locale, { useGrouping: false, minimumIntegerDigits: places }).format(
    BigInt(digits),
  );
  return whole + separator + localDigits;
}
