import { CircleCheck, LoaderCircle, TriangleAlert } from "lucide-react";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useAct } from "./act";
import type { StepProps } from "./first-run";
import { Frame, Problem } from "./frame";

/** The self-test, the deposit, and the end of the first run. */
export function SelfTest({ agent, state, stale, step, of }: StepProps) {
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
