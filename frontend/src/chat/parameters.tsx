import clsx from "clsx";
import { SlidersHorizontal } from "lucide-react";
import { Popover, Slider } from "radix-ui";
import { type ReactNode, useId, useState } from "react";
import { useText } from "../lib/i18n";
import { exactCNX, parseCNX } from "../lib/wei";
import { Button } from "../ui/button";
import type { Settings } from "./settings";

const defaultTemperature = 1;

/** What the answers are made with, behind one button. */
export function Parameters({ settings, onSettings }: { settings: Settings; onSettings: (s: Settings) => void }) {
  const t = useText();
  const [resets, setResets] = useState(0);
  const changed = [settings.temperature, settings.maxTokens, settings.seed, settings.maxFee].filter(
    (v) => v !== undefined,
  ).length;
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={t("prompt.settings")}
        title={t("prompt.settings")}
        className="touch relative inline-flex size-8 items-center justify-center rounded-lg text-soft hover:bg-sunken hover:text-ink"
      >
        <SlidersHorizontal className="size-[17px]" />
        {changed > 0 && <span className="absolute right-1 top-1 size-2 rounded-full bg-accent" />}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="start"
          sideOffset={10}
          collisionPadding={12}
          aria-label={t("prompt.settings")}
          className="z-50 w-[min(330px,calc(100vw-24px))] rounded-2xl border border-line bg-card p-5 shadow-float animate-appear"
        >
          <div className="grid gap-5">
            <Temperature value={settings.temperature} onChange={(temperature) => onSettings({ temperature })} />
            <Whole
              label={t("prompt.maxTokens")}
              help={t("prompt.maxTokensHelp")}
              placeholder="256"
              min={1}
              max={8192}
              value={settings.maxTokens}
              onChange={(maxTokens) => onSettings({ maxTokens })}
            />
            <Whole
              label={t("prompt.seed")}
              help={t("prompt.seedHelp")}
              placeholder={t("prompt.seedRandom")}
              min={0}
              max={2 ** 31 - 1}
              value={settings.seed}
              onChange={(seed) => onSettings({ seed })}
            />
            <Limit key={resets} value={settings.maxFee} onChange={(maxFee) => onSettings({ maxFee })} />
            <Button
              disabled={changed === 0}
              onClick={() => {
                onSettings({ temperature: undefined, maxTokens: undefined, seed: undefined, maxFee: undefined });
                setResets(resets + 1);
              }}
            >
              {t("prompt.reset")}
            </Button>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Temperature({ value, onChange }: { value?: number; onChange: (v: number) => void }) {
  const t = useText();
  const shown = value ?? defaultTemperature;
  return (
    <Field
      label={t("prompt.temperature")}
      help={t("prompt.temperatureHelp")}
      aside={<output className="numbers text-sm">{shown.toFixed(1)}</output>}
    >
      {() => (
        <Slider.Root
          min={0}
          max={2}
          step={0.1}
          value={[shown]}
          onValueChange={([v]) => onChange(Math.round((v ?? defaultTemperature) * 10) / 10)}
          className="relative flex h-6 touch-none select-none items-center"
        >
          <Slider.Track className="relative h-1.5 grow rounded-full bg-line">
            <Slider.Range className="absolute h-full rounded-full bg-accent" />
          </Slider.Track>
          <Slider.Thumb
            aria-label={t("prompt.temperature")}
            className="block size-5 rounded-full border-2 border-accent bg-card shadow"
          />
        </Slider.Root>
      )}
    </Field>
  );
}

/** The most that an answer may cost. What isn't an amount yet limits nothing, says so, and doesn't stay. */
function Limit({ value, onChange }: { value?: string; onChange: (v?: string) => void }) {
  const t = useText();
  const [typed, setTyped] = useState(value ?? "");
  const wrong = typed.trim() !== "" && parseCNX(typed) === null;
  return (
    <Field label={t("prompt.maxFee")} help={wrong ? t("prompt.maxFeeWrong") : t("prompt.maxFeeHelp")} bad={wrong}>
      {(ids) => (
        <div className="relative">
          <input
            id={ids.input}
            aria-describedby={ids.help}
            aria-invalid={wrong}
            inputMode="decimal"
            placeholder={t("prompt.maxFeeNone")}
            value={typed}
            onChange={(e) => {
              setTyped(e.target.value);
              const wei = parseCNX(e.target.value);
              onChange(wei === null ? undefined : exactCNX(wei));
            }}
            onBlur={() => setTyped(value ?? "")}
            className={field}
          />
          <span className="pointer-events-none absolute inset-y-0 right-3 grid place-items-center text-sm text-soft">
            CNX
          </span>
        </div>
      )}
    </Field>
  );
}

const field =
  "touch numbers h-9 w-full rounded-lg border border-edge/60 bg-paper px-3 text-sm placeholder:text-soft aria-invalid:border-bad";

function Whole(props: {
  label: string;
  help: string;
  placeholder: string;
  min: number;
  max: number;
  value?: number;
  onChange: (v?: number) => void;
}) {
  return (
    <Field label={props.label} help={props.help}>
      {(ids) => (
        <input
          id={ids.input}
          aria-describedby={ids.help}
          inputMode="numeric"
          placeholder={props.placeholder}
          value={props.value ?? ""}
          onChange={(e) => {
            const digits = e.target.value.replace(/\D/g, "");
            if (digits === "") return props.onChange(undefined);
            props.onChange(Math.max(props.min, Math.min(props.max, Number(digits))));
          }}
          className={field}
        />
      )}
    </Field>
  );
}

function Field(props: {
  label: string;
  help: string;
  /** The help is about something wrong. */
  bad?: boolean;
  aside?: ReactNode;
  children: (ids: { input: string; help: string }) => ReactNode;
}) {
  const id = useId();
  const ids = { input: `${id}-input`, help: `${id}-help` };
  return (
    <div className="grid gap-1.5">
      <div className="flex items-baseline justify-between">
        <label htmlFor={ids.input} className="text-sm font-medium">
          {props.label}
        </label>
        {props.aside}
      </div>
      {props.children(ids)}
      <p id={ids.help} className={clsx("text-xs leading-snug", props.bad ? "text-bad" : "text-soft")}>
        {props.help}
      </p>
    </div>
  );
}
