import clsx from "clsx";
import { ArrowUp, CloudOff, ImageIcon, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { costOf } from "../lib/answer";
import type { Estimate } from "../lib/api.gen";
import type { Model } from "../lib/chat";
import type { Conversation } from "../lib/conversations";
import { locale, useText } from "../lib/i18n";
import { shortCNXDown } from "../lib/wei";
import { Button } from "../ui/button";
import { Notice } from "../ui/notice";
import { ImageParameters } from "./image-parameters";
import type { Models } from "./models";
import { Parameters } from "./parameters";
import { PriceLine } from "./price";
import { problemText } from "./problem";
import type { Settings } from "./settings";

interface Props {
  models: Models;
  model?: Model;
  settings: Settings;
  onSettings: (s: Settings) => void;
  conversation?: Conversation;
  estimate?: Estimate;
  running: boolean;
  /** Who pays for the answers. */
  payer: Payer;
  onAsk: (text: string) => void;
  onStop: () => void;
}

/** Whose money an answer costs: the page's, this computer's own network's, or the reader's. */
export type Payer = "page" | "network" | "wallet";

/** The question box, what it is asked with, and what it costs. */
export function Composer(props: Props) {
  const { models, model, settings, onSettings, conversation, estimate, running, payer, onAsk, onStop } = props;
  const t = useText();
  const [text, setText] = useState("");
  const images = model?.makes === "images";
  const box = useRef<HTMLTextAreaElement>(null);
  const ready = text.trim() !== "" && model !== undefined && !running;

  useEffect(() => {
    // On a phone the keyboard would cover the page before it was read.
    if (matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, []);

  const send = () => {
    if (!ready) return;
    onAsk(text.trim());
    setText("");
  };

  return (
    <div className="shrink-0 px-3 pb-[max(10px,env(safe-area-inset-bottom))] sm:px-5">
      <div className="mx-auto w-full max-w-3xl">
        {models.problem && <BridgeProblem models={models} />}
        <form
          onSubmit={(e) => {
            e.preventDefault();
            send();
          }}
          className="rounded-2xl border border-edge/50 bg-card shadow-float transition-colors focus-within:border-accent"
        >
          <label htmlFor="prompt" className="sr-only">
            {t(images ? "prompt.labelImages" : "prompt.label")}
          </label>
          <textarea
            ref={box}
            id="prompt"
            data-testid="prompt"
            rows={1}
            dir="auto"
            value={text}
            placeholder={t(images ? "prompt.placeholderImages" : "prompt.placeholder")}
            title={t("prompt.hint")}
            onChange={(e) => setText(e.target.value)}
            onKeyDown={(e) => {
              if (e.key !== "Enter" || e.shiftKey || e.nativeEvent.isComposing) return;
              e.preventDefault();
              send();
            }}
            className="block field-sizing-content max-h-[38dvh] min-h-13 w-full resize-none bg-transparent px-4 pt-3.5 pb-1 text-base leading-relaxed outline-none placeholder:text-soft sm:text-[15px]"
          />
          <div className="flex items-center gap-1 p-2">
            <ModelChoice models={models} model={model} onChoose={(m) => onSettings({ model: m })} />
            {images ? (
              <ImageParameters
                settings={settings.images ?? {}}
                onSettings={(change) => onSettings({ images: { ...settings.images, ...change } })}
              />
            ) : (
              <Parameters settings={settings} onSettings={onSettings} />
            )}
            <span className="flex-1" />
            {running ? (
              <button
                type="button"
                data-testid="stop"
                aria-label={t("prompt.stop")}
                title={`${t("prompt.stop")} (Esc)`}
                onClick={onStop}
                className="touch inline-flex size-9 items-center justify-center rounded-full bg-ink text-paper"
              >
                <Square className="size-3.5 fill-current" />
              </button>
            ) : (
              <button
                type="submit"
                data-testid="send"
                aria-label={t("prompt.send")}
                title={t("prompt.hint")}
                disabled={!ready}
                className="touch inline-flex size-9 items-center justify-center rounded-full bg-accent text-on-accent transition-colors disabled:cursor-default disabled:bg-sunken disabled:text-soft"
              >
                <ArrowUp className="size-5" />
              </button>
            )}
          </div>
        </form>
        <div className="grid gap-0.5 px-2 pt-2">
          {estimate && <PriceLine estimate={estimate} pictures={images ? (settings.images?.count ?? 1) : undefined} />}
          <CostLine conversation={conversation} images={images} payer={payer} />
        </div>
      </div>
    </div>
  );
}

function BridgeProblem({ models }: { models: Models }) {
  const t = useText();
  const words = problemText(t, { code: models.problem ?? "broken", title: "", detail: models.detail ?? "" });
  return (
    <div className="pb-3">
      <Notice
        kind="wait"
        icon={<CloudOff />}
        title={words.title}
        detail={words.detail}
        action={
          <Button onClick={models.retry} aria-busy={models.retrying}>
            {t("retry")}
          </Button>
        }
      />
    </div>
  );
}

function ModelChoice({ models, model, onChoose }: { models: Models; model?: Model; onChoose: (id: string) => void }) {
  const t = useText();
  if (models.list.length === 0) {
    return (
      <span className="px-2.5 text-[13px] text-soft">
        {models.loading ? t("prompt.loadingModels") : t("prompt.noModel")}
      </span>
    );
  }
  const kinds = [
    { makes: "text", label: t("prompt.makesText") },
    { makes: "images", label: t("prompt.makesImages") },
  ].filter(({ makes }) => models.list.some((m) => m.makes === makes));
  const options = (makes: string) =>
    models.list
      .filter((m) => m.makes === makes)
      .map((m) => (
        <option key={m.id} value={m.id} className="bg-card text-ink">
          {m.id.split("/").at(-1)}
        </option>
      ));
  return (
    <span className="relative inline-flex min-w-0 shrink items-center">
      {model?.makes === "images" && (
        <ImageIcon className="pointer-events-none absolute left-2 size-4 text-soft" aria-hidden="true" />
      )}
      <select
        aria-label={t("prompt.model")}
        value={model?.id}
        onChange={(e) => onChoose(e.target.value)}
        className={clsx(
          "touch field-sizing-content h-8 min-w-0 max-w-60 cursor-pointer truncate rounded-lg bg-transparent pe-2 text-[13px] text-soft hover:bg-sunken hover:text-ink",
          model?.makes === "images" ? "ps-7.5" : "ps-2",
        )}
      >
        {kinds.length > 1
          ? kinds.map(({ makes, label }) => (
              <optgroup key={makes} label={label} className="bg-card text-soft">
                {options(makes)}
              </optgroup>
            ))
          : kinds.map(({ makes }) => options(makes))}
      </select>
    </span>
  );
}

/** What the conversation has cost so far, to the last digit on hover. */
function CostLine(props: { conversation?: Conversation; images: boolean; payer: Payer }) {
  const { conversation, images, payer } = props;
  const t = useText();
  const fees = (conversation?.messages ?? []).flatMap((m) => (m.role === "assistant" && costOf(m.answer)) || []);
  const total = fees.reduce((sum, fee) => sum + fee, 0n);
  return (
    <p className="numbers text-center text-xs text-soft text-balance">
      {fees.length === 0
        ? t(images ? "prompt.freeImages" : "prompt.free", { payer })
        : t("prompt.cost", { payer, count: fees.length, amount: shortCNXDown(total, locale) })}
    </p>
  );
}
