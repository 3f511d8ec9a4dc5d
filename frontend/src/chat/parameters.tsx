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
  const chosen = [settings.temperature, settings.maxTokens, settings.seed, settings.maxFee];
  return (
    <ParametersButton
      changed={chosen.some((v) => v !== undefined)}
      onReset={() => onSettings({ temperature: undefined, maxTokens: undefined, seed: undefined, maxFee: undefined })}
    >
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
      <Limit
        label={t("prompt.maxFee")}
        help={t("prompt.maxFeeHelp")}
        value={settings.maxFee}
        onChange={(maxFee) => onSettings({ maxFee })}
      />
    </ParametersButton>
  );
}

/** The button, with a mark when something is changed, and what opens over it. */
export function ParametersButton(props: { changed: boolean; onReset: () => void; children: ReactNode }) {
  const t = useText();
  const [resets, setResets] = useState(0);
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={t("prompt.settings")}
        title={t("prompt.settings")}
        className="touch relative inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-soft hover:bg-sunken hover:text-ink"
      >
        <SlidersHorizontal className="size-[17px]" />
        {props.changed && <span className="absolute right-1 top-1 size-2 rounded-full bg-accent" />}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="start"
          sideOffset={10}
          collisionPadding={12}
          aria-label={t("prompt.settings")}
          className="z-50 max-h-(--radix-popover-content-available-height) w-[min(340px,calc(100vw-24px))] overflow-y-auto rounded-2xl border border-line bg-card p-5 shadow-float animate-appear"
        >
          <div key={resets} className="grid grid-cols-[minmax(0,1fr)] gap-5">
            {props.children}
            <Button
              disabled={!props.changed}
              onClick={() => {
                props.onReset();
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
  return (
    <Slide
      label={t("prompt.temperature")}
      help={t("prompt.temperatureHelp")}
      max={2}
      step={0.1}
      value={value ?? defaultTemperature}
      onChange={onChange}
    />
  );
}

/** A number from 0 that is set by sliding. */
export function Slide(props: {
  label: string;
  help: string;
  max: number;
  step: number;
  value: number;
  onChange: (v: number) => void;
}) {
  return (
    <Field
      label={props.label}
      help={props.help}
      aside={<output className="numbers text-sm">{props.value.toFixed(1)}</output>}
    >
      {(ids) => (
        <Slider.Root
          min={0}
          max={props.max}
          step={props.step}
          value={[props.value]}
          onValueChange={([v]) => props.onChange(Math.round((v ?? props.value) * 10) / 10)}
          className="relative flex h-6 touch-none select-none items-center"
        >
          <Slider.Track className="relative h-1.5 grow rounded-full bg-line">
            <Slider.Range className="absolute h-full rounded-full bg-accent" />
          </Slider.Track>
          <Slider.Thumb
            aria-label={props.label}
            aria-describedby={ids.help}
            className="touch grid size-5 place-items-center rounded-full"
          >
            <span className="block size-5 rounded-full border-2 border-accent bg-card shadow" />
          </Slider.Thumb>
        </Slider.Root>
      )}
    </Field>
  );
}

/** The most that an answer may cost. What isn't an amount yet limits nothing, says so, and doesn't stay. */
export function Limit(props: { label: string; help: string; value?: string; onChange: (v?: string) => void }) {
  const { value, onChange } = props;
  const t = useText();
  const [typed, setTyped] = useState(value ?? "");
  const wrong = typed.trim() !== "" && parseCNX(typed) === null;
  return (
    <Field label={props.label} help={wrong ? t("prompt.maxFeeWrong") : props.help} bad={wrong}>
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

export const field =
  "touch numbers h-9 w-full rounded-lg border border-edge/60 bg-paper px-3 text-sm placeholder:text-soft aria-invalid:border-bad";

export function Whole(props: {
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

export function Field(props: {
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
