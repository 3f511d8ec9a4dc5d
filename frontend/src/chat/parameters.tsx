import { SlidersHorizontal } from "lucide-react";
import { Popover, Slider } from "radix-ui";
import { type ReactNode, useId } from "react";
import { useText } from "../lib/i18n";
import { Button } from "../ui/button";
import type { Settings } from "./settings";

const defaultTemperature = 1;

/** What the answers are made with, behind one button. */
export function Parameters({ settings, onSettings }: { settings: Settings; onSettings: (s: Settings) => void }) {
  const t = useText();
  const changed = [settings.temperature, settings.maxTokens, settings.seed].filter((v) => v !== undefined).length;
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
            <Button
              disabled={changed === 0}
              onClick={() => onSettings({ temperature: undefined, maxTokens: undefined, seed: undefined })}
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
          className="touch numbers h-9 w-full rounded-lg border border-edge/60 bg-paper px-3 text-sm placeholder:text-soft"
        />
      )}
    </Field>
  );
}

function Field(props: {
  label: string;
  help: string;
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
      <p id={ids.help} className="text-xs leading-snug text-soft">
        {props.help}
      </p>
    </div>
  );
}
