import type { Reason } from "../lib/api.gen";
import { hasText, type MessageId, type Translate } from "../lib/i18n";

/** Reasons whose remedy is a higher fee, which an application can offer and this page can't. */
const outbid = ["evicted", "queue_expired", "queue_full"];

/** How many seconds the bridge asks to wait before the question is sent again; 0 where it does not. */
export function waitOf(reason: Reason | undefined): number {
  const seconds = reason && !reason.title ? Number(reason.action) : 0;
  return Math.max(seconds || 0, 0);
}

/**
 * The words for what is in the way: this page's own where it has some, else what the
 * network said. `left` is how many of the seconds to wait are left.
 */
export function problemText(t: Translate, reason: Reason, left = waitOf(reason)): { title: string; detail: string } {
  const title = `problem.${reason.code}.title` as MessageId;
  const detail = `problem.${reason.code}.detail` as MessageId;
  const known = hasText(title) && hasText(detail);
  // The network's own reasons carry a title; the page's carry only what the bridge added.
  const action = outbid.includes(reason.code) ? t("problem.outbid") : reason.action;
  if (reason.title) return { title: reason.title, detail: [reason.detail, action].filter(Boolean).join(" ") };
  if (!known) return problemText(t, { ...reason, code: "broken" }, left);
  // The bridge names a field of its API, this page a setting.
  if (reason.code === "price") return { title: t("problem.price.title"), detail: t("problem.price.detail") };
  const wait = waitOf(reason) > 0 && t(left > 0 ? "problem.wait" : "problem.waited", { seconds: left });
  return { title: t(title), detail: wait || reason.detail || t(detail) };
}
