import { useMutation } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { toast } from "sonner";
import { type Agent, type AgentMethod, isLength, type PauseLength } from "../lib/agent";
import type { State } from "../lib/api.gen";
import { locale, type MessageId, useText } from "../lib/i18n";
import { wordsOf } from "../lib/said";
import { parseWei, shortCNXDown } from "../lib/wei";
import { Button } from "../ui/button";
import { Hex } from "../ui/copy";
import { actionsOf, shapeOf } from "./actions";
import { Balloon } from "./balloon";
import { pauseText } from "./pause";
import { PauseMenu } from "./pause-menu";
import { ReasonNotice } from "./reason";
import { isKnown, resumeLabel } from "./reasons";

const StopDialog = lazy(() => import("./stake/stop").then((m) => ({ default: m.StopDialog })));

const busyWords: Record<AgentMethod, MessageId> = {
  start: "action.starting",
  stop: "action.stopping",
  pause: "action.pausing",
  resume: "action.resuming",
};

/** What the node is doing, in words and by shape, and what can be done about it. */
export function StatusCard({ agent, state, stale }: { agent: Agent; state: State; stale: boolean }) {
  const t = useText();
  const { status, reason, stake_needed } = state.node;
  const pause = status === "paused" || status === "pausing" ? state.node.pause : undefined;
  const stake = shortCNXDown(parseWei(stake_needed) ?? 0n, locale, 0);
  const busy = actionsOf(status).busy !== undefined || status === "starting";
  return (
    <section aria-label={t(`status.${status}`)} className="rounded-2xl border border-line bg-card px-5 py-5 sm:px-6">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-4">
        <Balloon shape={shapeOf(status)} busy={busy} />
        <div className="min-w-0 flex-1 basis-56" aria-live="polite">
          <p data-testid="status" data-status={status} className="text-xl font-semibold tracking-tight sm:text-2xl">
            {t(`status.${status}`)}
          </p>
          {!(status === "blocked" && reason) && (
            <p className="mt-1 text-sm leading-relaxed text-soft">
              {pause ? pauseText(t, pause) : t(`status.${status}.text`, { stake })}
            </p>
          )}
          {state.wallet.address && (
            <p className="mt-1 flex items-center gap-2 text-[13px] text-soft">
              {t("home.wallet")}
              <Hex value={state.wallet.address} what={t("home.address")} />
            </p>
          )}
        </div>
        <Controls agent={agent} state={state} stale={stale} />
      </div>
      {reason && (
        <div className="mt-4">
          <ReasonNotice agent={agent} state={state} stale={stale} reason={reason} />
        </div>
      )}
    </section>
  );
}

function Controls({ agent, state, stale }: { agent: Agent; state: State; stale: boolean }) {
  const t = useText();
  const { status, want_running, stake } = state.node;
  const { offer, busy } = actionsOf(status);
  const [stopping, setStopping] = useState(false);
  // From the click until the state moves on, the wish itself is what is shown.
  const [wish, setWish] = useState<AgentMethod | null>(null);
  const call = useMutation({
    mutationFn: (what: AgentMethod | PauseLength) => (isLength(what) ? agent.pauseFor(what) : agent.call(what)),
    networkMode: "always",
    onError: (err) => {
      setWish(null);
      toast.error(t("action.failed"), { description: wordsOf(t, err) });
    },
  });
  const key = `${status} ${want_running}`;
  const [keyAtWish, setKeyAtWish] = useState(key);
  useEffect(() => {
    if (wish && key !== keyAtWish) setWish(null);
    // An agent that says yes and then does nothing doesn't hold the button for ever.
    if (!wish) return;
    const timer = setTimeout(() => setWish(null), 8000);
    return () => clearTimeout(timer);
  }, [key, keyAtWish, wish]);

  const under = wish ?? busy;
  const resume = resumeLabel(state.node);
  // A reason has the button that helps; starting again is not offered twice.
  const helped = status === "blocked" && state.node.reason && isKnown(state.node.reason);
  const shown = offer.filter(
    (m) =>
      !(m === "stop" && status === "blocked" && !want_running) &&
      !(m === "start" && helped) &&
      !(m === "resume" && !resume),
  );
  return (
    <div className="flex flex-wrap gap-2 max-sm:w-full max-sm:[&>*]:flex-1">
      {under && (
        <span
          className="inline-flex h-9 items-center justify-center gap-2 rounded-lg bg-sunken px-3.5 text-sm font-medium text-soft"
          role="status"
        >
          <LoaderCircle className="size-4 animate-turn" />
          {t(busyWords[under])}
        </span>
      )}
      {shown
        .filter((m) => m !== under)
        .map((method, i) =>
          method === "pause" ? (
            <PauseMenu
              key={method}
              disabled={stale || wish !== null}
              onChoose={(length) => {
                setWish("pause");
                setKeyAtWish(key);
                call.mutate(length ?? "pause");
              }}
            />
          ) : (
            <Button
              key={method}
              data-testid={`action-${method}`}
              kind={i === 0 && !under && (method === "start" || method === "resume") ? "primary" : "plain"}
              disabled={stale || wish !== null}
              onClick={() => {
                if (method === "stop" && (parseWei(stake) ?? 0n) > 0n) return setStopping(true);
                setWish(method);
                setKeyAtWish(key);
                call.mutate(method);
              }}
            >
              {status === "blocked" && method === "start"
                ? t("action.startAgain")
                : t(method === "resume" ? (resume ?? "action.resume") : `action.${method}`)}
            </Button>
          ),
        )}
      {stopping && (
        <Suspense>
          <StopDialog agent={agent} state={state} stale={stale} open onClose={() => setStopping(false)} />
        </Suspense>
      )}
    </div>
  );
}
