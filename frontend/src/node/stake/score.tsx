import type { State } from "../../lib/api.gen";
import { type MessageId, useText } from "../../lib/i18n";
import { Card } from "../card";

type Standing = NonNullable<State["node"]["standing"]>;

/** The most that three tasks give. */
const most = 60;

/** How a node stands, in a word and a colour; the word comes first. */
export function verdictOf(s: Standing): { word: MessageId; tone: "good" | "wait" | "bad" } {
  if (s.chances <= 1) return { word: "score.risk", tone: "bad" };
  if (s.percent === 0 && s.recent.every((score) => score === 20)) return { word: "score.new", tone: "good" };
  const sum = s.recent.reduce((a, b) => a + b, 0);
  if (sum >= 54) return { word: "score.best", tone: "good" };
  if (sum >= 45) return { word: "score.good", tone: "good" };
  return { word: "score.fair", tone: "wait" };
}

const tones = {
  good: { text: "text-good", bar: "bg-good" },
  wait: { text: "text-wait", bar: "bg-wait" },
  bad: { text: "text-bad", bar: "bg-bad" },
};

/** The node's score in words, and how far it is from being let go. */
export function Score({ state }: { state: State }) {
  const t = useText();
  const s = state.node.standing;
  if (!s) {
    return (
      <Card title={t("score.title")}>
        <p className="mt-1.5 text-sm leading-relaxed text-soft text-pretty">{t("score.none")}</p>
      </Card>
    );
  }
  const { word, tone } = verdictOf(s);
  const fresh = word === "score.new";
  const sum = s.let_go_at + s.margin;
  return (
    <Card title={t("score.title")}>
      <p className="mt-1 flex flex-wrap items-baseline gap-x-3">
        <span data-testid="score" className={`text-2xl font-semibold tracking-tight ${tones[tone].text}`}>
          {t(word)}
        </span>
        {!fresh && s.chances > 1 && (
          <span className="numbers text-sm text-soft">{t("score.margin", { margin: s.margin })}</span>
        )}
      </p>
      {fresh ? (
        <p className="mt-1.5 text-sm leading-relaxed text-soft">{t("score.newText")}</p>
      ) : (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: no browser lets a meter show the mark */}
          <div
            className="relative mt-3 h-2 overflow-hidden rounded-full bg-sunken"
            role="meter"
            aria-label={t("score.meter")}
            aria-valuemin={0}
            aria-valuemax={most}
            aria-valuenow={sum}
          >
            <div className={`h-full ${tones[tone].bar}`} style={{ width: `${(sum * 100) / most}%` }} />
            <div className="absolute inset-y-0 w-0.5 bg-ink" style={{ left: `${(s.let_go_at * 100) / most}%` }} />
          </div>
          <p className="mt-2 text-sm leading-relaxed text-soft text-pretty">
            {t("score.text", { sum, limit: s.let_go_at })}
          </p>
        </>
      )}
      <p className="mt-2 text-sm leading-relaxed text-pretty">{t("score.chances", { chances: s.chances })}</p>
      {!fresh && (
        <p className="numbers mt-3 flex flex-wrap items-center gap-2 text-[13px] text-soft">
          {t("score.recent")}
          {s.recent.map((score, i) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: three scores, of which two may be the same
              key={i}
              className="rounded-md bg-sunken px-2 py-0.5 text-ink"
            >
              {t("score.of20", { score })}
            </span>
          ))}
        </p>
      )}
      <div className="mt-3 grid gap-1.5 border-t border-line pt-2.5 text-xs leading-relaxed text-soft">
        <p>{t("score.first")}</p>
        {!fresh && <p>{t("score.mean", { percent: s.percent })}</p>}
        <p>{t("score.kept")}</p>
      </div>
    </Card>
  );
}
