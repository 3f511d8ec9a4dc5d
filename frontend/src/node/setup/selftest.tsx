import { CircleCheck, LoaderCircle, TriangleAlert } from "lucide-react";
import { locale, useText } from "../../lib/i18n";
import { parseWei, shortCNXDown } from "../../lib/wei";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useAct } from "./act";
import type { StepProps } from "./first-run";
import { Frame, Problem } from "./frame";
import { nameOf } from "./model";
import { missingOf } from "./network";

/** The self-test, the deposit, and the end of the first run. */
export function SelfTest({ agent, state, setup, stale, step, of }: StepProps) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const { status, reason, want_running, progress } = state.node;
  const joined = ["running", "working", "pausing", "paused"].includes(status);
  const under = want_running && !joined;
  const finish = () => act(() => agent.ask("setupNext").then(() => {}));
  return (
    <Frame
      step={step}
      of={of}
      stale={stale}
      title={t(joined ? "setup.test.done" : "setup.test.title")}
      text={t(joined ? "setup.test.doneText" : "setup.test.text")}
      foot={
        joined ? (
          <Button kind="primary" className="h-11 px-6" disabled={busy || stale} onClick={finish}>
            {t("setup.test.finish")}
          </Button>
        ) : (
          <>
            <Button
              kind="quiet"
              className="me-auto h-11"
              disabled={busy || stale}
              onClick={() => act(() => agent.ask("setupBack").then(() => {}))}
            >
              {t("setup.back")}
            </Button>
            <Button kind="quiet" className="h-11" disabled={busy || stale} onClick={finish}>
              {t("setup.test.later")}
            </Button>
            <Button
              kind="primary"
              className="h-11 px-6"
              disabled={busy || stale || (under && !reason)}
              onClick={() => act(() => agent.call("start"))}
            >
              {under && !reason && <LoaderCircle className="size-4 animate-turn" />}
              {t(under ? (reason ? "retry" : "setup.test.working") : "setup.test.start")}
            </Button>
          </>
        )
      }
    >
      <div aria-live="polite" data-testid="test" data-status={status}>
        {joined && (
          <p className="flex justify-center py-4 text-good">
            <CircleCheck className="size-20" strokeWidth={1.4} aria-hidden="true" />
          </p>
        )}
        {under && !reason && (
          <p className="flex items-center gap-3 rounded-2xl border border-line bg-card px-5 py-5 font-medium">
            <LoaderCircle className="size-5 shrink-0 animate-turn text-accent" />
            {progress ? `${progress}…` : t("setup.test.running")}
          </p>
        )}
        {!under && !joined && <Summary state={state} setup={setup} />}
        {under && reason && (
          <Notice
            kind="bad"
            icon={<TriangleAlert />}
            title={reason.title}
            detail={[reason.detail, reason.action].filter(Boolean).join(" ")}
          />
        )}
      </div>
      <Problem text={problem} />
    </Frame>
  );
}

/** What was chosen, once more before it begins. */
function Summary({ state, setup }: Pick<StepProps, "state" | "setup">) {
  const t = useText();
  const amount = shortCNXDown(parseWei(state.node.stake_needed) ?? 0n, locale, 0);
  const rows = [
    [t("setup.test.computer"), state.hardware.name],
    [t("setup.test.network"), state.network.name],
    [t("setup.test.model"), nameOf({ id: setup.model }, t)],
    [
      t("setup.test.deposit"),
      missingOf(state) === 0n ? t("setup.test.depositHere", { amount }) : t("setup.test.depositMissing"),
    ],
  ];
  return (
    <dl className="divide-y divide-line rounded-2xl border border-line bg-card px-5 text-[15px]">
      {rows.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-4 py-3">
          <dt className="text-soft">{name}</dt>
          <dd className="text-end font-medium [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
