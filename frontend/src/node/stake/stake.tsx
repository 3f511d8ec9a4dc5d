import type { State } from "../../lib/api.gen";
import { shortHex } from "../../lib/format";
import { type Translate, useText } from "../../lib/i18n";
import { exactCNX, parseWei } from "../../lib/wei";
import { Amount, Card } from "../card";
import { timeOf } from "../pause";
import { ReasonNotice } from "../reason";
import type { ScreenProps } from "../screens";
import { span } from "../span";
import { Moves } from "./moves";
import { Payout } from "./payout";
import { Score } from "./score";
import { whole } from "./whole";

/** The deposit, what can be done with the node, how it is rated, and who is paid. */
export function StakeScreen(props: ScreenProps) {
  const { state } = props;
  const t = useText();
  const { reason, stake_needed } = state.node;
  return (
    <div className="mx-auto grid w-full max-w-5xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-7 sm:py-6">
      <header>
        <h1 className="text-2xl font-semibold tracking-tight">{t("stake.title")}</h1>
        <p className="mt-1 max-w-2xl text-sm leading-relaxed text-soft text-pretty">
          {t("stake.text", { amount: whole(stake_needed) })}
        </p>
      </header>
      {reason && <ReasonNotice {...props} reason={reason} />}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)] lg:grid-rows-[auto_1fr]">
        <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
          <Held {...props} />
          <Moves {...props} />
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-4 lg:row-span-2">
          <Score state={state} />
          <Payout {...props} />
        </div>
        <div>
          <About {...props} />
        </div>
      </div>
    </div>
  );
}

function Held({ state }: ScreenProps) {
  const t = useText();
  const { node, wallet } = state;
  const held = parseWei(node.stake) ?? 0n;
  const left = node.chain === "quit" && held > 0n && !node.want_running;
  const elsewhere = node.payout && node.payout !== wallet.address;
  return (
    <Card title={t("stake.held")}>
      <p className="mt-1" data-testid="stake" data-wei={node.stake} aria-live="polite">
        <Amount wei={node.stake} className="text-3xl font-semibold tracking-tight" />
      </p>
      <p className="mt-1 text-sm leading-relaxed text-soft" title={exactCNX(held)}>
        {heldText(t, state)}
        {left && elsewhere && ` ${t("stake.backTo", { address: shortHex(node.payout) })}`}
      </p>
      {left && (
        <p className="mt-2 border-t border-line pt-2.5 text-xs leading-relaxed text-soft">
          {t("stake.backHelp", { wait: span(node.stake_hold_seconds) })}
        </p>
      )}
      {node.rejoin_from && new Date(node.rejoin_from) > new Date(state.now) && (
        <p className="mt-2 border-t border-line pt-2.5 text-xs leading-relaxed text-soft">
          {t("stake.rejoin", { time: timeOf(node.rejoin_from) })}
        </p>
      )}
    </Card>
  );
}

/** What becomes of what is held. */
function heldText(t: Translate, { node, now }: State): string {
  const held = parseWei(node.stake) ?? 0n;
  if (held === 0n) return t("stake.heldNone");
  if (node.chain === "quit") {
    if (node.want_running) return t("stake.heldKept");
    const due = node.stake_from && new Date(node.stake_from) > new Date(now);
    return due ? t("stake.back", { time: timeOf(node.stake_from as string) }) : t("stake.backSoon");
  }
  if (held >= (parseWei(node.stake_needed) ?? 0n)) return t("stake.heldAll");
  return t("stake.heldPart", { amount: whole(node.stake_needed) });
}

/** What a stake is, for somebody who has never heard of one. */
function About({ state }: ScreenProps) {
  const t = useText();
  const { stake_needed, stake_hold_seconds: hold } = state.node;
  const all = [
    [t("about.what"), t("about.whatText", { amount: whole(stake_needed) })],
    [t("about.why"), t("about.whyText")],
    [t("about.lose"), t("about.loseText")],
    [t("about.back"), hold > 0 ? t("about.backText", { wait: span(hold) }) : t("about.backTextNow")],
  ] as const;
  return (
    <Card title={t("about.title")}>
      <div className="mt-1 divide-y divide-line">
        {all.map(([question, answer]) => (
          <details key={question} className="group py-2.5">
            <summary className="flex min-h-6 items-center text-sm font-medium">{question}</summary>
            <p className="mt-1.5 text-sm leading-relaxed text-soft text-pretty">{answer}</p>
          </details>
        ))}
      </div>
    </Card>
  );
}
