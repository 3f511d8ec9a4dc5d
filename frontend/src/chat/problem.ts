import type { Reason } from "../lib/api.gen";
import type { Translate } from "../lib/i18n";
import en from "../lib/locales/en.json";

/** Reasons whose remedy is a higher fee, which an application can offer and this page can't. */
const outbid = ["evicted", "queue_expired", "queue_full"];

/** The words for what is in the way: this page's own where it has some, else what the network said. */
export function problemText(t: Translate, reason: Reason): { title: string; detail: string } {
  const title = `problem.${reason.code}.title`;
  const detail = `problem.${reason.code}.detail`;
  const known = title in en && detail in en;
  // The network's own reasons carry a title; the page's carry only what the bridge added.
  const action = outbid.includes(reason.code) ? t("problem.outbid") : reason.action;
  if (reason.title) return { title: reason.title, detail: [reason.detail, action].filter(Boolean).join(" ") };
  if (!known) return problemText(t, { ...reason, code: "broken" });
  // The bridge names a field of its API, this page a setting.
  if (reason.code === "price") return { title: t("problem.price.title"), detail: t("problem.price.detail") };
  const seconds = Number(reason.action);
  return {
    title: t(title as keyof typeof en),
    detail: seconds > 0 ? t("problem.wait", { seconds }) : reason.detail || t(detail as keyof typeof en),
  };
}
