import { EyeOff } from "lucide-react";
import { type ReactNode, useEffect, useId, useState } from "react";
import { useText } from "../../lib/i18n";

/** A part of a page, with a heading. */
export function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="rounded-2xl border border-line bg-card">
      <header className="border-b border-line px-5 py-3">
        <h2 className="text-[15px] font-semibold">{title}</h2>
        {text && <p className="mt-0.5 text-[13px] leading-relaxed text-soft">{text}</p>}
      </header>
      <div className="divide-y divide-line">{children}</div>
    </section>
  );
}

/** One choice that is on or off, what it means, and what more there is to choose while it is on. */
export function Row(props: {
  title: string;
  text?: ReactNode;
  on: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
  unread?: string;
  testId?: string;
  children?: ReactNode;
}) {
  const id = useId();
  const described = [props.text ? `${id}-text` : "", props.unread ? `${id}-unread` : ""].filter(Boolean).join(" ");
  return (
    <div className="px-5 py-3.5" data-testid={props.testId}>
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <p id={id} className="text-sm font-medium">
            {props.title}
          </p>
          {props.text && (
            <p id={`${id}-text`} className="mt-0.5 text-[13px] leading-relaxed text-soft">
              {props.text}
            </p>
          )}
        </div>
        <button
          type="button"
          role="switch"
          aria-checked={props.on}
          aria-labelledby={id}
          aria-describedby={described || undefined}
          disabled={props.disabled}
          onClick={() => props.onChange(!props.on)}
          className="touch mt-0.5 inline-flex shrink-0 items-center justify-center rounded-full disabled:opacity-60"
        >
          <span
            className={`flex h-6 w-10.5 items-center rounded-full border transition-colors ${
              props.on ? "border-accent bg-accent" : "border-edge bg-sunken"
            }`}
          >
            <span
              className={`size-4.5 rounded-full transition-transform ${
                props.on ? "translate-x-5 bg-on-accent" : "translate-x-[2px] bg-edge"
              }`}
            />
          </span>
        </button>
      </div>
      {props.unread && <Unread id={`${id}-unread`} why={props.unread} />}
      {props.on && props.children && <div className="mt-3 grid gap-3">{props.children}</div>}
    </div>
  );
}

/** That something can't be told here, and why. */
export function Unread({ id, why }: { id?: string; why: string }) {
  const t = useText();
  return (
    <p
      id={id}
      data-testid="unread"
      className="mt-2.5 flex items-start gap-2 rounded-lg bg-sunken px-3 py-2 text-[13px] leading-relaxed text-soft"
    >
      <EyeOff className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      <span className="[overflow-wrap:anywhere]">{t("when.unread", { why })}</span>
    </p>
  );
}

export function FieldProblem({ id, text }: { id: string; text?: string }) {
  if (!text) return null;
  return (
    <p id={id} role="alert" className="mt-1.5 text-[13px] font-medium text-bad">
      {text}
    </p>
  );
}

const small = "touch h-9 rounded-lg border border-edge bg-card px-2.5 text-sm disabled:opacity-60";

/** A whole number, kept when the person leaves the field or presses Enter. */
export function NumberField(props: {
  label: string;
  unit: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  disabled?: boolean;
  problem?: string;
  onSave: (value: number) => void;
}) {
  const { value, onSave } = props;
  const id = useId();
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const commit = () => {
    const n = Number(text);
    if (text.trim() === "" || !Number.isInteger(n)) setText(String(value));
    else if (n !== value) onSave(n);
  };
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <label htmlFor={id} className="text-[13px] text-soft">
          {props.label}
        </label>
        <span className="flex items-center gap-1.5">
          <input
            id={id}
            type="number"
            inputMode="numeric"
            min={props.min}
            max={props.max}
            step={props.step ?? 1}
            value={text}
            disabled={props.disabled}
            aria-invalid={props.problem ? true : undefined}
            aria-describedby={`${id}-unit${props.problem ? ` ${id}-problem` : ""}`}
            onChange={(e) => setText(e.target.value)}
            onBlur={commit}
            onKeyDown={(e) => e.key === "Enter" && commit()}
            className={`numbers w-20 ${small} aria-invalid:border-bad`}
          />
          <span id={`${id}-unit`} className="text-[13px] text-soft">
            {props.unit}
          </span>
        </span>
      </div>
      <FieldProblem id={`${id}-problem`} text={props.problem} />
    </div>
  );
}

/** A time of the day, kept when the person leaves the field: on the way there it isn't meant yet. */
export function TimeField(props: {
  label: string;
  value: string;
  disabled?: boolean;
  problem?: string;
  onSave: (value: string) => void;
}) {
  const { value, onSave } = props;
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const commit = () => {
    if (text === "") setText(value);
    else if (text !== value) onSave(text);
  };
  return (
    <div>
      <span className="flex items-center gap-2">
        <label htmlFor={id} className="text-[13px] text-soft">
          {props.label}
        </label>
        <input
          id={id}
          type="time"
          value={text}
          disabled={props.disabled}
          aria-invalid={props.problem ? true : undefined}
          aria-describedby={props.problem ? `${id}-problem` : undefined}
          onChange={(e) => setText(e.target.value)}
          onBlur={commit}
          onKeyDown={(e) => e.key === "Enter" && commit()}
          className={`numbers ${small} aria-invalid:border-bad`}
        />
      </span>
      <FieldProblem id={`${id}-problem`} text={props.problem} />
    </div>
  );
}

/** One of a few, in a list that opens. */
export function SelectField<V extends string | number>(props: {
  label: string;
  value: V;
  options: [V, string][];
  disabled?: boolean;
  onSave: (value: V) => void;
}) {
  const id = useId();
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <label htmlFor={id} className="text-[13px] text-soft">
        {props.label}
      </label>
      <select
        id={id}
        value={props.value}
        disabled={props.disabled}
        onChange={(e) => {
          const chosen = props.options.find(([v]) => String(v) === e.target.value);
          if (chosen) props.onSave(chosen[0]);
        }}
        className={small}
      >
        {props.options.map(([v, text]) => (
          <option key={v} value={v}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
