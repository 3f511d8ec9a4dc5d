import { LoaderCircle } from "lucide-react";
import { useState } from "react";
import type { AgentMethod } from "../../lib/agent";
import type { State } from "../../lib/api.gen";
import { locale, type Translate, useText } from "../../lib/i18n";
import { neatCNXUp, parseWei, shortCNXDown } from "../../lib/wei";
import { Button } from "../../ui/button";
import { actionsOf } from "../actions";
import { Card } from "../card";
import { isKnown, resumeLabel } from "../reasons";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Problem } from "../setup/frame";
import { missingOf } from "../setup/network";
import { span } from "../span";
import { StopDialog } from "./stop";

/** What can be done with the node now, each with what happens next. */
export function Moves({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [stopping, setStopping] = useState(false);
  const { status, want_running } = state.node;
  const { offer, busy: wish } = actionsOf(status);
  const resume = resumeLabel(state.node);
  const helped = status === "blocked" && state.node.reason && isKnown(state.node.reason);
  const shown = offer.filter(
    (m) =>
      !(m === "stop" && status === "blocked" && !want_running) &&
      !(m === "start" && helped && want_running) &&
      !(m === "resume" && !resume),
  );
  const label = (m: AgentMethod) =>
    m === "stop" ? t("stake.stop.action") : m === "resume" && resume ? t(resume) : t(`action.${m}`);
  const under =
    status === "starting"
      ? t("stake.starting")
      : wish === "start"
        ? t("stake.joining")
        : wish === "stop"
          ? t("stake.stopping")
          : wish === "pause"
            ? t("status.pausing.text")
            : "";
  return (
    <Card title={t("stake.do")}>
      {under && (
        <p className="mt-2 flex items-center gap-2 text-sm text-soft" role="status">
          <LoaderCircle className="size-4 shrink-0 animate-turn" />
          {under}
        </p>
      )}
      <ul className="mt-1 divide-y divide-line">
        {shown.map((method) => (
          <li key={method} className="flex flex-wrap items-center gap-x-4 gap-y-2.5 py-3">
            <p className="min-w-0 flex-1 basis-60 text-sm leading-relaxed text-soft text-pretty">
              {nextOf(t, method, state)}
            </p>
            <Button
              data-testid={`move-${method}`}
              kind={method === "start" || method === "resume" ? "primary" : "plain"}
              className="min-w-28"
              disabled={stale || busy}
              onClick={() => (method === "stop" ? setStopping(true) : act(() => agent.call(method)))}
            >
              {label(method)}
            </Button>
          </li>
        ))}
      </ul>
      <Problem text={problem} />
      <StopDialog agent={agent} state={state} stale={stale} open={stopping} onClose={() => setStopping(false)} />
    </Card>
  );
}

/** What happens when a button is pressed. */
function nextOf(t: Translate, method: AgentMethod, state: State): string {
  const { node, wallet } = state;
  switch (method) {
    case "start": {
      const missing = missingOf(state) ?? 0n;
      const needed = parseWei(node.stake_needed) ?? 0n;
      const takes = needed - (parseWei(node.stake) ?? 0n);
      if (missing > 0n) {
        const have = shortCNXDown(parseWei(wallet.balance) ?? 0n, locale);
        return t("stake.start.lacks", { have, missing: neatCNXUp(takes, locale) });
      }
      return takes > 0n ? t("stake.start.next", { missing: neatCNXUp(takes, locale) }) : t("stake.start.nextHeld");
    }
    case "pause":
      return t("stake.pause.next");
    case "resume":
      return t("stake.resume.next");
    case "stop":
      return node.stake_hold_seconds > 0
        ? t("stake.stop.next", { wait: span(node.stake_hold_seconds) })
        : t("stake.stop.nextNow");
  }
}
