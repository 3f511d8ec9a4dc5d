import { keepPreviousData, useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import type { Estimate } from "../lib/api.gen";
import type { AskParams, Bridge } from "../lib/chat";
import { roughTime } from "../lib/format";
import { locale, type Translate, useText } from "../lib/i18n";
import { neatCNXUp, parseWei } from "../lib/wei";

/** What the next answer would cost and when machines would start on it; undefined while that isn't known. */
export function useEstimate(bridge: Bridge, params: AskParams, running: boolean): Estimate | undefined {
  const query = useQuery({
    queryKey: ["estimate", ...priced(params), running],
    queryFn: ({ signal }) => bridge.estimate(params, signal),
    enabled: params.model !== "",
    // The price of a text is none of a picture.
    placeholderData: (last, of) => (of?.queryKey[1] === params.model ? keepPreviousData(last) : undefined),
    networkMode: "always",
    retry: false,
    staleTime: 5000,
    // Others come and go.
    refetchInterval: 15_000,
  });
  return query.isError ? undefined : query.data;
}

/** What a price depends on. */
function priced(p: AskParams) {
  if (p.makes === "images") return [p.model, p.width, p.height, p.count, p.steps, p.maxFee];
  return [p.model, p.maxTokens, p.maxFee];
}

type Mood = "good" | "wait" | "bad";

const dots: Record<Mood, string> = { good: "bg-good", wait: "bg-wait", bad: "bg-bad" };

/** The price of the next answer, or of so many pictures, and whether it would have to wait. */
export function PriceLine({ estimate, pictures }: { estimate: Estimate; pictures?: number }) {
  const t = useText();
  const { mood, when } = outlook(t, estimate);
  const cnx = (a: { wei: string }) => neatCNXUp(parseWei(a.wei) ?? 0n, locale);
  return (
    <p
      data-testid="price"
      data-mood={mood}
      title={t("price.exact", {
        fee: estimate.fee.cnx,
        seconds: estimate.seconds,
        value: estimate.value.cnx,
        least: estimate.least_fee.cnx,
      })}
      className="numbers flex flex-wrap items-center justify-center gap-x-2 text-[13px] text-soft"
    >
      <span className={clsx("size-2 shrink-0 rounded-full", dots[mood])} aria-hidden="true" />
      <span className="font-medium text-ink">
        {pictures
          ? t("price.pictures", { amount: cnx(estimate.fee), count: pictures })
          : t("price.answer", { amount: cnx(estimate.fee) })}
      </span>
      <span className={mood === "bad" ? "text-bad" : undefined}>{when}</span>
    </p>
  );
}

/** When an answer would start, in a few words; also why it would be refused. */
export function outlook(t: Translate, e: Estimate): { mood: Mood; when: string } {
  const cnx = (a: { wei: string } | undefined) => neatCNXUp(parseWei(a?.wei ?? "") ?? 0n, locale);
  if (!e.allowed) {
    const own = e.max_fee_of === "request";
    return { mood: "bad", when: t(own ? "price.overOwn" : "price.over", { limit: cnx(e.max_fee) }) };
  }
  switch (e.start) {
    case "now":
      return { mood: "good", when: t("price.now") };
    case "never":
      return { mood: "bad", when: t("price.never") };
    case "full":
      return { mood: "bad", when: t("price.full") };
    default:
      return {
        mood: "wait",
        when: t("price.queued", { position: e.position ?? 1, time: roughTime(e.wait_seconds ?? 0, locale) }),
      };
  }
}

/** Where an answer stands in the queue, in place of its first words. */
export function InLine({ position, wait }: { position: number; wait?: number }) {
  const t = useText();
  return (
    <div data-testid="in-line" className="flex items-center gap-4 rounded-xl border border-line bg-card px-4 py-3">
      <span
        aria-hidden="true"
        className="numbers grid h-11 min-w-11 shrink-0 place-items-center rounded-full bg-wait-tint px-2 text-lg font-semibold text-wait"
      >
        {position}
      </span>
      <div role="status" className="min-w-0">
        <p className="text-[15px] font-medium">
          {wait ? t("queue.placeAndTime", { position, time: roughTime(wait, locale) }) : t("queue.place", { position })}
        </p>
        <p className="mt-0.5 text-[13px] leading-snug text-soft">{t("queue.how")}</p>
      </div>
    </div>
  );
}
