/**
 * Money of countries. It travels in millionths of a currency, as whole numbers or
 * as strings of digits, and is never turned into a floating-point number.
 */
const places = 6;
const unit = 10n ** BigInt(places);

/** Reads millionths, which may be less than nothing; null for anything but digits. */
export function parseMicro(digits: string): bigint | null {
  return /^-?\d{1,60}$/.test(digits) ? BigInt(digits) : null;
}

/** Reads what a person types for a price, with a point or a comma; null for anything else, and for more decimals than count. */
export function typedMicro(text: string): bigint | null {
  const match = /^\s*(\d{1,9})(?:[.,](\d{0,6}))?\s*$/.exec(text);
  if (!match) return null;
  return BigInt(match[1] ?? "0") * unit + BigInt((match[2] ?? "").padEnd(places, "0"));
}

/** Millionths as a person types them, without zeros that say nothing: "0.32". */
export function exactMicro(micro: bigint): string {
  const sign = micro < 0n ? "-" : "";
  const value = micro < 0n ? -micro : micro;
  const fraction = (value % unit).toString().padStart(places, "0").replace(/0+$/, "");
  return sign + (value / unit).toString() + (fraction && `.${fraction}`);
}

/** An amount with all its digits, in the reader's way. */
export function exactMoney(micro: bigint, currency: string, locale: string): string {
  return format(exactMicro(micro), currency, locale, places);
}

/** An amount for a glance, in the currency's smallest coin, rounded up: for what is paid. */
export function moneyUp(micro: bigint, currency: string, locale: string): string {
  return rounded(-floor(-micro, coin(currency)), currency, locale);
}

/** The same rounded down: for what comes in, and for what is left. */
export function moneyDown(micro: bigint, currency: string, locale: string): string {
  return rounded(floor(micro, coin(currency)), currency, locale);
}

function rounded(micro: bigint, currency: string, locale: string): string {
  return format(exactMicro(micro), currency, locale, digitsOf(currency));
}

function floor(micro: bigint, step: bigint): bigint {
  const rest = ((micro % step) + step) % step;
  return micro - rest;
}

function coin(currency: string): bigint {
  return 10n ** BigInt(places - digitsOf(currency));
}

function digitsOf(currency: string): number {
  const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  return Math.min(maximumFractionDigits ?? 2, places);
}

function format(decimal: string, currency: string, locale: string, most: number): string {
  const form = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digitsOf(currency),
    maximumFractionDigits: Math.max(most, digitsOf(currency)),
  });
  // A decimal string keeps every digit, where a number would not.
  return form.format(decimal as Intl.StringNumericLiteral);
}

/** The codes and names of the currencies there are, by name. */
export function currencies(locale: string): [code: string, name: string][] {
  const names = new Intl.DisplayNames([locale], { type: "currency" });
  return Intl.supportedValuesOf("currency")
    .map((code): [string, string] => [code, names.of(code) ?? code])
    .sort((a, b) => a[1].localeCompare(b[1], locale));
}

/** Energy of so many watt-seconds: "85 Wh", "1.24 kWh". */
export function energy(wattSeconds: number, locale: string): string {
  const [value, name] = wattSeconds < 3_600_000 ? [wattSeconds / 3600, "Wh"] : [wattSeconds / 3_600_000, "kWh"];
  const digits = value < 10 ? 3 : value < 1000 ? 2 : 0;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)} ${name}`;
}
