import type { ModelDownload } from "../../lib/api.gen";
import { roughTime } from "../../lib/format";
import type { Translate } from "../../lib/i18n";
import { locale } from "../../lib/i18n";

/** Bytes as a person says them: "4.7 GB", "300 MB". */
export function size(bytes: number): string {
  const [value, unit, digits] =
    bytes >= 1e9
      ? ([bytes / 1e9, "gigabyte", 1] as const)
      : bytes >= 1e6 || bytes === 0
        ? ([bytes / 1e6, "megabyte", 0] as const)
        : ([bytes / 1e3, "kilobyte", 0] as const);
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: digits }).format(value);
}

/** Memory is counted in powers of two, and rounded up. */
export const memory = (bytes: number) => size((Math.ceil((bytes / 2 ** 30) * 10) / 10) * 1e9);

/** A model's name without its owner and the format of its files. */
export function shortName(id: string, t: Translate): string {
  if (id === "helium/demo") return t("setup.model.demo");
  if (id === "helium/demo-images") return t("models.practiceImages");
  if (id.includes("://")) return id.split(/[?#]/)[0]?.split("/").pop() || id;
  return (id.split("/").slice(1).join("/") || id).replace(/-GGUF$/i, "").replace(/@([\w-]+)$/, " ($1)");
}

/** What is happening with a download, in one line. */
export function downloadText(t: Translate, d: ModelDownload): string {
  const p = d.progress;
  const amounts = { done: size(p.done), total: size(p.total) };
  if (d.status === "queued") return t("models.download.queued");
  if (d.status === "paused") return p.total > 0 ? t("models.download.pausedAt", amounts) : t("models.download.paused");
  if (d.status !== "fetching") return "";
  if (p.stage === "waiting") return t("models.download.waiting");
  if (p.stage === "checking") return t("models.download.checking");
  return p.total === 0 ? t("models.download.starting") : progressText(t, p);
}

export function progressText(t: Translate, p: ModelDownload["progress"]): string {
  const parts = [t("models.download.fetching", { done: size(p.done), total: size(p.total) })];
  if (p.bytes_per_second > 0) parts.push(t("models.download.speed", { speed: size(p.bytes_per_second) }));
  if (p.seconds_left > 0) parts.push(t("models.download.left", { time: roughTime(p.seconds_left, locale) }));
  return parts.join(" · ");
}

export const percent = (p: ModelDownload["progress"]) =>
  p.total > 0 ? Math.min(100, Math.floor((p.done / p.total) * 100)) : 0;

/** Gigabytes that were typed, in bytes; null for what is no number above 0. */
export function typedGigabytes(text: string): number | null {
  const value = Number(text.trim().replace(",", "."));
  const bytes = Math.round(value * 1e9);
  return text.trim() !== "" && Number.isFinite(value) && bytes >= 1e6 && bytes <= 1e15 ? bytes : null;
}
