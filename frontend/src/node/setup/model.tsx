import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { Download, FirstModel as Model } from "../../lib/api.gen";
import { locale, type Translate, useText } from "../../lib/i18n";
import { notice } from "../../lib/said";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { useAct } from "./act";
import type { StepProps } from "./first-run";
import { Choice, Frame, Problem } from "./frame";

const demo = "helium/demo";
export const nameOf = (m: Pick<Model, "id">, t: Translate) =>
  m.id === demo ? t("setup.model.demo") : (m.id.split("/")[1] ?? m.id).replace(/-GGUF$/, "");

/** A usual line, in bytes a second. */
const usualLine = 6e6;
const gigabytes = (bytes: number) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(bytes / 1e9);

/** A first model is chosen and fetched; one that is here or on its way can be left for another. */
export function FirstModel({ agent, setup, stale, step, of }: StepProps) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [picked, pick] = useState(setup.model);
  const first = setup.models.find((m) => m.recommended) ?? setup.models[0];
  const chosen = setup.models.find((m) => m.id === picked) ?? first;
  const onItsWay = setup.download !== undefined && setup.model === chosen?.id;
  const go = () =>
    act(async () => {
      if (!chosen) return;
      if (chosen.id !== setup.model || !chosen.here) await agent.ask("chooseModel", chosen.id);
      if (chosen.here) await agent.ask("setupNext");
    });
  const text = (m: Model) => {
    if (m.id === demo) return t("setup.model.demoText");
    if (m.here) return t("setup.model.here");
    if (!m.fits) return t("setup.model.large");
    return t("setup.model.size", {
      size: gigabytes(m.bytes),
      minutes: Math.max(1, Math.round(m.bytes / usualLine / 60)),
    });
  };
  return (
    <Frame
      step={step}
      of={of}
      stale={stale}
      title={t("setup.model.title")}
      text={t("setup.model.text")}
      foot={
        <>
          <Button
            kind="quiet"
            className="me-auto h-11"
            disabled={busy || stale}
            onClick={() => act(() => agent.ask("setupBack").then(() => {}))}
          >
            {t("setup.back")}
          </Button>
          <Button kind="primary" className="h-11 px-6" disabled={busy || stale || !chosen || onItsWay} onClick={go}>
            {t(chosen?.here ? "setup.next" : "setup.model.get")}
          </Button>
        </>
      }
    >
      {setup.download && <Bar download={setup.download} />}
      {setup.reason && (
        <div className="mb-4">
          <Notice kind="bad" icon={<TriangleAlert />} {...notice(t, setup.reason)} />
        </div>
      )}
      <fieldset className="grid gap-2.5" disabled={stale}>
        <legend className="sr-only">{t("setup.model.title")}</legend>
        {setup.models.map((m) => (
          <Choice
            key={m.id}
            name="model"
            value={m.id}
            checked={m === chosen}
            disabled={!m.fits}
            onChoose={() => pick(m.id)}
            title={nameOf(m, t)}
            text={text(m)}
            aside={
              m.recommended && (
                <span className="rounded-full bg-good-tint px-2.5 py-1 text-xs font-medium text-good">
                  {t("setup.model.recommended")}
                </span>
              )
            }
          />
        ))}
      </fieldset>
      <Problem text={problem} />
    </Frame>
  );
}

function Bar({ download }: { download: Download }) {
  const t = useText();
  const { stage, done, total, seconds_left } = download;
  const percent = total > 0 ? Math.floor((done / total) * 100) : 0;
  const amounts = { done: gigabytes(done), total: gigabytes(total) };
  const words =
    stage === "checking"
      ? t("setup.model.checking")
      : total === 0
        ? t("setup.model.starting")
        : seconds_left > 0
          ? t("setup.model.left", { ...amounts, minutes: Math.round(seconds_left / 60) })
          : t("setup.model.fetching", amounts);
  return (
    <div className="mb-4">
      <div
        role="progressbar"
        aria-label={t("setup.model.title")}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${percent}%` }} />
      </div>
      <p className="numbers mt-1.5 text-[13px] text-soft">{words}</p>
    </div>
  );
}
