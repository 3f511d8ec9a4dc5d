import clsx from "clsx";
import { useEffect, useRef, useState } from "react";
import { type Answer, agreeing, type Trust } from "../lib/answer";
import { type Translate, useText } from "../lib/i18n";
import { Ring, type RingState } from "../ui/ring";

const looks: Record<Trust, string> = {
  provisional: "border-wait/40 bg-wait-tint text-wait",
  verified: "border-good/35 bg-good-tint text-good",
  disputed: "border-bad/40 bg-bad-tint text-bad",
  failed: "border-line bg-sunken text-soft",
  stopped: "border-line bg-sunken text-soft",
};

/** How far an answer is proven, in a few words. It opens the receipt. */
export function Badge({ answer, onOpen }: { answer: Answer; onOpen: () => void }) {
  const t = useText();
  return (
    <button
      type="button"
      data-testid="badge"
      data-state={answer.trust}
      data-stage={answer.stage ?? "sending"}
      onClick={onOpen}
      title={t("badge.open")}
      className={clsx(
        "touch numbers inline-flex items-center gap-2 rounded-full border py-[5px] ps-2 pe-3 text-start text-[13px] font-medium transition-colors hover:brightness-97 dark:hover:brightness-115",
        looks[answer.trust],
      )}
    >
      <Ring state={ringOf(answer)} filled={filledArcs(answer)} />
      {badgeText(t, answer)}
    </button>
  );
}

export function ringOf(a: Answer): RingState {
  if (a.trust === "verified" || a.trust === "disputed") return a.trust;
  if (a.trust !== "provisional") return "still";
  return a.stage === null || a.stage === "created" || a.stage === "queued" ? "waiting" : "provisional";
}

export function filledArcs(a: Answer): number {
  return Math.max(a.committed, a.revealed);
}

export function badgeText(t: Translate, a: Answer): string {
  if (a.trust === "verified") return agreeing(a) === 2 ? t("badge.verified2") : t("badge.verified");
  if (a.takenBack) return t("badge.takenBack");
  if (a.trust !== "provisional") return t(`badge.${a.trust}`);
  switch (a.stage) {
    case null:
      return t("badge.sending");
    case "queued":
      return a.position ? t("badge.queuedAt", { position: a.position }) : t("badge.queued");
    case "ready":
    case "committed":
    case "revealed":
      return t(`badge.${a.stage}`, { count: a[a.stage] });
    case "verified":
    case "settled":
      return t("badge.waiting");
    default:
      return t(`badge.${a.stage}`);
  }
}

/** Says a change of trust, and a new attempt, to those who hear the page; not what it was when the page was opened. */
export function Spoken({ trust, attempts }: { trust: Trust; attempts: number }) {
  const t = useText();
  const first = useRef({ trust, attempts });
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (trust === "provisional" && attempts > first.current.attempts) setSaid(t("badge.saidAgain"));
    if (trust === first.current.trust) return;
    if (trust === "verified") setSaid(t("badge.saidVerified"));
    if (trust === "disputed") setSaid(t("badge.saidDisputed"));
    if (trust === "failed") setSaid(t("badge.saidFailed"));
  }, [trust, attempts, t]);
  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}
