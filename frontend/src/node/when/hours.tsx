import { useId } from "react";
import { locale, useText } from "../../lib/i18n";
import { FieldProblem, TimeField } from "./controls";
import type { Choices, Settings } from "./save";

export const week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Which parts of each day are open, as pairs of hours from midnight; hours over midnight end on the next day. */
export function openings({ days, from, to }: Settings["hours"]): [number, number][][] {
  const at = (clock: string) => {
    const [h = 0, m = 0] = clock.split(":").map(Number);
    return h + m / 60;
  };
  const [begin, end] = [at(from), at(to)];
  return week.map((day, i) => {
    const before = week[(i + 6) % 7] ?? "";
    const parts: [number, number][] = [];
    if (end < begin && days.includes(before) && end > 0) parts.push([0, end]);
    if (days.includes(day)) parts.push([begin, end < begin ? 24 : end]);
    return parts;
  });
}

/** A day's name in the reader's language; 1 January 2024 was a Monday. */
function dayName(i: number, style: "short" | "long"): string {
  return new Intl.DateTimeFormat(locale, { weekday: style, timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + i));
}

/** A time in the reader's way. */
function clockText(clock: string): string {
  return new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(
    new Date(`2024-01-01T${clock}:00Z`),
  );
}

/** The days and hours, to choose, in one sentence, and as a picture of the week. */
export function Hours({ settings, save, problem, stale }: Choices) {
  const t = useText();
  const id = useId();
  const hours = settings.hours;
  const put = (change: Partial<Settings["hours"]>) => save({ ...settings, hours: { ...hours, ...change } });
  const at = (field: string) => (problem?.field === field ? problem.text : undefined);
  const names = week.flatMap((d, i) => (hours.days.includes(d) ? [dayName(i, "long")] : []));
  const values = {
    days: names.length === 7 ? "" : new Intl.ListFormat(locale, { type: "conjunction" }).format(names),
    all: names.length === 7 ? "yes" : "no",
    from: clockText(hours.from),
    to: clockText(hours.to),
    over: hours.to < hours.from ? "yes" : "no",
  };
  return (
    <div className="grid gap-3">
      <div>
        <fieldset
          className="flex flex-wrap gap-1.5"
          disabled={stale}
          aria-describedby={at("hours.days") ? `${id}-days` : undefined}
        >
          <legend className="mb-1.5 text-[13px] text-soft">{t("when.hours.days")}</legend>
          {week.map((day, i) => {
            const on = hours.days.includes(day);
            return (
              <label
                key={day}
                className={`touch inline-flex h-9 min-w-12 cursor-pointer items-center justify-center rounded-lg border px-2 text-sm has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-accent ${
                  on ? "border-accent bg-tint font-medium" : "border-line bg-card text-soft hover:border-edge"
                }`}
              >
                <input
                  type="checkbox"
                  className="sr-only"
                  aria-label={dayName(i, "long")}
                  checked={on}
                  onChange={() => put({ days: week.filter((d) => (d === day ? !on : hours.days.includes(d))) })}
                />
                <span aria-hidden="true">{dayName(i, "short")}</span>
              </label>
            );
          })}
        </fieldset>
        <FieldProblem id={`${id}-days`} text={at("hours.days")} />
      </div>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        <TimeField
          label={t("when.hours.from")}
          value={hours.from}
          disabled={stale}
          problem={at("hours.from")}
          onSave={(from) => put({ from })}
        />
        <TimeField
          label={t("when.hours.to")}
          value={hours.to}
          disabled={stale}
          problem={at("hours.to")}
          onSave={(to) => put({ to })}
        />
      </div>
      <p className="text-[13px] text-soft" data-testid="hours">
        {t("when.hours.sentence", values)}
      </p>
      <Week hours={hours} />
    </div>
  );
}

function Week({ hours }: { hours: Settings["hours"] }) {
  return (
    <div className="grid max-w-lg grid-cols-[2.5rem_minmax(0,1fr)] items-center gap-x-2 gap-y-1" aria-hidden="true">
      {openings(hours).map((parts, i) => (
        <div key={week[i]} className="contents">
          <span className="text-xs text-soft">{dayName(i, "short")}</span>
          <span className="relative h-2.5 overflow-hidden rounded-sm bg-line/70">
            {parts.map(([from, to]) => (
              <span
                key={from}
                className="absolute inset-y-0 bg-accent"
                style={{ left: `${(from / 24) * 100}%`, width: `${((to - from) / 24) * 100}%` }}
              />
            ))}
          </span>
        </div>
      ))}
      <span />
      <span className="numbers flex justify-between text-[11px] text-soft">
        {[0, 6, 12, 18, 24].map((h) => (
          <span key={h}>{h}</span>
        ))}
      </span>
    </div>
  );
}
