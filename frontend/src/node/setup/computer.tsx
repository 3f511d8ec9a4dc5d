import { Cpu, Gpu, LoaderCircle, TriangleAlert } from "lucide-react";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { told } from "../reasons";
import { useAct } from "./act";
import type { StepProps } from "./first-run";
import { Frame, Problem } from "./frame";
import { verdictOf } from "./verdict";

/** Welcome, and what this computer can do. */
export function Computer({ agent, state, stale, step, of }: StepProps) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const verdict = verdictOf(state);
  const { reason } = state.node;
  const { name, vram_gb } = state.hardware;
  return (
    <Frame
      step={step}
      of={of}
      stale={stale}
      title={t("setup.computer.title")}
      text={t("setup.computer.text")}
      foot={
        <Button
          kind="primary"
          className="h-11 px-6"
          disabled={busy || stale || verdict === "looking" || verdict === "failed"}
          onClick={() => act(() => agent.ask("setupNext").then(() => {}))}
        >
          {t("setup.next")}
        </Button>
      }
    >
      {verdict === "failed" && reason ? (
        <Notice kind="bad" icon={<TriangleAlert />} {...told(t, state, reason)} />
      ) : (
        <section
          className="flex items-start gap-4 rounded-2xl border border-line bg-card px-5 py-5"
          aria-live="polite"
          data-testid="verdict"
          data-verdict={verdict}
        >
          <span className="grid size-12 shrink-0 place-items-center rounded-xl bg-tint text-accent [&_svg]:size-6">
            {verdict === "looking" || verdict === "failed" ? (
              <LoaderCircle className="animate-turn" />
            ) : verdict === "slow" ? (
              <Cpu />
            ) : (
              <Gpu />
            )}
          </span>
          <div className="min-w-0">
            {verdict === "looking" || verdict === "failed" ? (
              <p className="py-3 font-medium">{t("setup.computer.looking")}</p>
            ) : (
              <>
                <h2 className="text-lg font-semibold">{t(`setup.computer.${verdict}`)}</h2>
                <p className="mt-1 text-sm leading-relaxed text-soft">
                  {t(`setup.computer.${verdict}Text`, { name, gb: vram_gb })}
                </p>
              </>
            )}
          </div>
        </section>
      )}
      <Problem text={problem} />
    </Frame>
  );
}
