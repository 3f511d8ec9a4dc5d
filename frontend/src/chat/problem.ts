import type { Reason } from "../lib/api.gen";
import type { Translate } from "../lib/i18n";
import en from "../lib/locales/en.json";

/** The words for what is in the way: this page's own where it has some, else what the network said. */
export function problemText(t: Translate, reason: Reason): { title: string; detail: string } {
  const title = `problem.${reason.code}.title`;
  const detail = `problem.${reason.code}.detail`;
  const known = title in en && detail in en;
  // The network's own reasons carry a title; the page's carry only what the bridge added.
  if (reason.title) return { title: reason.title, detail: [reason.detail, reason.action].filter(Boolean).join(" ") };
  if (!known) return problemText(t, { ...reason, code: "broken" });
  const seconds = Number(reason.action);
  return {
    title: t(title as keyof typeof en),
    detail: seconds > 0 ? t("problem.wait", { seconds }) : reason.detail || t(detail as keyof typeof en),
  };
}
