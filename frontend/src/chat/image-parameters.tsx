import clsx from "clsx";
import { type ReactNode, useId } from "react";
import { useText } from "../lib/i18n";
import { defaultSteps } from "./desk";
import { Field, field, Limit, ParametersButton, Slide, Whole } from "./parameters";
import { type ImageSettings, imageLimits, shapes, sides, sizeOf } from "./settings";

const defaultCFG = 5;

/** What pictures are made with, behind one button. */
export function ImageParameters({
  settings,
  onSettings,
}: {
  settings: ImageSettings;
  onSettings: (s: ImageSettings) => void;
}) {
  const t = useText();
  const { shape = "square", side = 512, count = 1, steps, cfg, avoid, seed, maxFee } = settings;
  const { width, height } = sizeOf(settings);
  return (
    <ParametersButton
      changed={Object.values(settings).some((v) => v !== undefined && v !== "")}
      onReset={() =>
        onSettings({
          shape: undefined,
          side: undefined,
          count: undefined,
          steps: undefined,
          cfg: undefined,
          avoid: undefined,
          seed: undefined,
          maxFee: undefined,
        })
      }
    >
      <Choice
        label={t("image.shape")}
        aside={t("image.size", { width, height })}
        options={shapes.map((s) => ({ value: s, label: t(`image.${s}`), icon: <ShapeIcon shape={s} /> }))}
        value={shape}
        onChange={(s) => onSettings({ shape: s })}
      />
      <Choice
        label={t("image.side")}
        help={t("image.sideHelp")}
        options={sides.map((s) => ({ value: s, label: String(s) }))}
        value={side}
        onChange={(s) => onSettings({ side: s })}
      />
      <Choice
        label={t("image.count")}
        options={Array.from({ length: imageLimits.count }, (_, i) => ({ value: i + 1, label: String(i + 1) }))}
        value={count}
        onChange={(n) => onSettings({ count: n })}
      />
      <Avoid value={avoid ?? ""} onChange={(text) => onSettings({ avoid: text || undefined })} />
      <Slide
        label={t("image.cfg")}
        help={t("image.cfgHelp")}
        max={imageLimits.cfg}
        step={0.5}
        value={cfg ?? defaultCFG}
        onChange={(v) => onSettings({ cfg: v })}
      />
      <Whole
        label={t("image.steps")}
        help={t("image.stepsHelp")}
        placeholder={String(defaultSteps)}
        min={1}
        max={imageLimits.steps}
        value={steps}
        onChange={(n) => onSettings({ steps: n })}
      />
      <Whole
        label={t("prompt.seed")}
        help={t("image.seedHelp")}
        placeholder={t("prompt.seedRandom")}
        min={0}
        max={2 ** 31 - 1}
        value={seed}
        onChange={(n) => onSettings({ seed: n })}
      />
      <Limit
        label={t("image.maxFee")}
        help={t("image.maxFeeHelp")}
        value={maxFee}
        onChange={(fee) => onSettings({ maxFee: fee })}
      />
    </ParametersButton>
  );
}

/** One of a few, side by side. */
function Choice<T extends string | number>(props: {
  label: string;
  help?: string;
  aside?: string;
  options: { value: T; label: string; icon?: ReactNode }[];
  value: T;
  onChange: (v: T) => void;
}) {
  const id = useId();
  return (
    <div role="radiogroup" aria-labelledby={id} aria-describedby={props.help && `${id}-help`} className="grid gap-1.5">
      <div className="flex items-baseline justify-between">
        <span id={id} className="text-sm font-medium">
          {props.label}
        </span>
        {props.aside && <span className="numbers text-[13px] text-soft">{props.aside}</span>}
      </div>
      <div className="grid auto-cols-fr grid-flow-col gap-1 rounded-xl bg-sunken p-1">
        {props.options.map((o) => (
          <label
            key={o.value}
            className={clsx(
              "touch numbers relative flex h-8 cursor-pointer items-center justify-center gap-1.5 rounded-lg px-1 text-[13px] transition-colors has-focus-visible:outline-2 has-focus-visible:outline-accent",
              o.value === props.value
                ? "bg-card font-medium text-ink shadow-sm ring-1 ring-line"
                : "text-soft hover:text-ink",
            )}
          >
            <input
              type="radio"
              name={id}
              checked={o.value === props.value}
              onChange={() => props.onChange(o.value)}
              className="sr-only"
            />
            {o.icon}
            {o.label}
          </label>
        ))}
      </div>
      {props.help && (
        <p id={`${id}-help`} className="text-xs leading-snug text-soft">
          {props.help}
        </p>
      )}
    </div>
  );
}

function ShapeIcon({ shape }: { shape: (typeof shapes)[number] }) {
  const size = { square: "size-3", portrait: "h-3.5 w-2.5", landscape: "h-2.5 w-3.5" };
  return (
    <span aria-hidden="true" className={clsx("shrink-0 rounded-[3px] border-[1.5px] border-current", size[shape])} />
  );
}

function Avoid({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const t = useText();
  return (
    <Field label={t("image.avoid")} help={t("image.avoidHelp")}>
      {(ids) => (
        <textarea
          id={ids.input}
          aria-describedby={ids.help}
          rows={1}
          maxLength={imageLimits.avoid}
          placeholder={t("image.avoidNothing")}
          value={value}
          onChange={(e) => onChange(e.target.value)}
          className={clsx(field, "block field-sizing-content h-auto max-h-28 resize-none py-1.5")}
        />
      )}
    </Field>
  );
}
