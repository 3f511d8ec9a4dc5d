import { AgentError } from "./agent";
import type { Pages, Phrases, Reason } from "./api.gen";
import { hasText, isEnglish, locale, type MessageId, type Translate, type Values } from "./i18n";
import { neatCNXUp, parseWei } from "./wei";

type Phrase = Phrases[number];
export type NoticeCode = Pages["notice_code"];

/**
 * What the agent says, in the reader's language. Its own words are English; what it
 * has no phrases for is shown as what it is, a message in English. Until the texts of
 * another language are here, nothing is said.
 */
export function said(t: Translate, phrases: Phrases | undefined, english: string | undefined): string {
  if (isEnglish() || !english) return english ?? "";
  if (!hasText("said.quote")) return "";
  if (!phrases?.length || !phrases.every(isKnown)) return t("said.quote", { text: english });
  return phrases.map((p) => phrase(t, p)).join(spaceless() ? "" : " ");
}

const idOf = (p: Phrase) => `said.${p.code}` as MessageId;

/** Whether this page has words for a phrase and for those in it. */
function isKnown(p: Phrase): boolean {
  return hasText(idOf(p)) && Object.values(p.args ?? {}).every((value) => inner(value).every(isKnown));
}

function inner(value: unknown): Phrase[] {
  const all = Array.isArray(value) ? value : [value];
  return all.filter((one): one is Phrase => typeof one === "object" && one !== null && "code" in one);
}

function phrase(t: Translate, p: Phrase): string {
  const values: Values = {};
  for (const [name, value] of Object.entries(p.args ?? {})) values[name] = argument(t, value);
  return t(idOf(p), values);
}

const spaceless = () => new Intl.Locale(locale).language === "zh";

/** What a phrase names, as its reader writes it. */
function argument(t: Translate, value: unknown): string | number {
  if (typeof value === "string" || typeof value === "number") return value;
  const phrases = inner(value);
  if (phrases.length > 0) return phrases.map((p) => phrase(t, p)).join(spaceless() ? "；" : "; ");
  const { wei, bytes, seconds, time } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof wei === "string") return neatCNXUp(parseWei(wei) ?? 0n, locale);
  if (typeof bytes === "number") return size(bytes);
  if (typeof seconds === "number") return span(seconds);
  if (typeof time === "string") return new Date(time).toLocaleTimeString(locale, { timeStyle: "short" });
  return "…";
}

function size(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "gigabyte"] : [bytes / 1e6, "megabyte"];
  const maximumFractionDigits = unit === "gigabyte" ? 1 : 0;
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits }).format(value);
}

function span(seconds: number): string {
  const [value, unit] =
    seconds >= 5400 ? [seconds / 3600, "hour"] : seconds >= 90 ? [seconds / 60, "minute"] : [seconds, "second"];
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: unit === "hour" ? 1 : 0,
  }).format(value);
}

/** Reasons that are shown beside what they are about; a code without words doesn't compile. */
const notices: Record<NoticeCode, true> = {
  models_unreadable: true,
  model_not_found: true,
  model_gated: true,
  model_unsafe: true,
  model_unsupported: true,
  model_choice: true,
  model_no_space: true,
  model_cap: true,
  model_damaged: true,
  hub_unreachable: true,
  hub_busy: true,
  hub_refused: true,
  model_in_use: true,
  model_address: true,
  model_disk: true,
  models_gone: true,
  model_download: true,
  models_move: true,
  model_stays: true,
};

export const noticeCodes = Object.keys(notices) as NoticeCode[];
const isNotice = (code: string): code is NoticeCode => Object.hasOwn(notices, code);

/** A reason beside what it is about: what it is, what to do, and what more is known of it. */
export function notice(t: Translate, reason: Reason): { title: string; detail: string } {
  const { code } = reason;
  if (isEnglish() || !isNotice(code) || !hasText(`notice.${code}`)) {
    return { title: reason.title, detail: sentences(sentence(reason.detail), reason.action) };
  }
  const facts = said(t, reason.facts, reason.detail);
  return { title: t(`notice.${code}`), detail: sentences(t(`notice.${code}.detail`), facts) };
}

/** A detail is often a clause. */
function sentence(text: string): string {
  return text && !/[.!?]$/.test(text) ? `${text}.` : text;
}

const sentences = (...all: (string | undefined)[]) => all.filter(Boolean).join(spaceless() ? "" : " ");

/** Why something was not done, for the person who wanted it. */
export function wordsOf(t: Translate, err: unknown): string {
  if (!(err instanceof AgentError)) return err instanceof Error ? err.message : String(err);
  if (err.gone) return t("action.gone");
  if (isEnglish()) return err.message.charAt(0).toUpperCase() + err.message.slice(1);
  if (err.reason) {
    const { title, detail } = notice(t, err.reason);
    return sentences(title + (spaceless() ? "。" : "."), detail);
  }
  return said(t, err.said, err.message);
}
