import { BatteryMedium, Clock, Gpu, type LucideIcon, Monitor, Plug, Thermometer, User } from "lucide-react";
import type { State } from "../../lib/api.gen";
import { roughTime } from "../../lib/format";
import { locale, type Translate, useText } from "../../lib/i18n";
import { pauseText } from "../pause";

/** What Helium does now, and why, in a sentence or two. */
export function doingText(t: Translate, state: State): string {
  const { status, pause, reason } = state.node;
  if (pause) return pauseText(t, pause);
  if (status === "blocked" && reason) return t("when.now.blocked", { title: reason.title });
  return t(`when.now.${status}`);
}

export interface Fact {
  id: string;
  Icon: LucideIcon;
  text: string;
}

/** What is seen of the computer, as far as it can be seen and matters. */
export function facts(t: Translate, state: State): Fact[] {
  const { sensed, settings } = state.when;
  const { screen, card, power, heat, person } = sensed;
  const list: Fact[] = [];
  const add = (id: string, Icon: LucideIcon, text: string) => list.push({ id, Icon, text });
  if (screen) {
    const program = screen.program || t("pause.someProgram");
    add("screen", Monitor, screen.filled ? t("when.sees.filled", { program }) : t("when.sees.notFilled"));
  }
  if (sensed.listed) add("listed", Monitor, t("when.sees.listed", { program: sensed.listed }));
  if (card && state.hardware.kind === "gpu") {
    const whose = card.with_ours ? "all" : card.program ? "program" : "others";
    add("card", Gpu, t("when.sees.card", { percent: card.percent, whose, program: card.program ?? "" }));
  }
  if (power) {
    if (power.on_battery)
      add(
        "power",
        BatteryMedium,
        t("when.sees.battery", { charge: power.charge, known: power.charge < 0 ? "no" : "yes" }),
      );
    else add("power", Plug, t("when.sees.plugged"));
  }
  if (heat?.sensor) add("heat", Thermometer, t("when.sees.heat", { celsius: heat.celsius, sensor: heat.sensor }));
  else if (heat) add("heat", Thermometer, t(heat.throttled ? "when.sees.throttled" : "when.sees.cool"));
  if (person) {
    const idle = person.idle_seconds;
    add("person", User, idle < 60 ? t("when.sees.there") : t("when.sees.away", { time: roughTime(idle, locale) }));
  }
  if (settings.hours.limit) add("hours", Clock, t(sensed.in_hours ? "when.sees.inHours" : "when.sees.outOfHours"));
  return list;
}

/** The line that says what is seen now, what Helium does, and why. */
export function RightNow({ state }: { state: State }) {
  const t = useText();
  const seen = facts(t, state);
  return (
    <section aria-labelledby="right-now" className="rounded-2xl border border-line bg-tint px-5 py-4">
      <p className="text-[15px] leading-relaxed" aria-live="polite" data-testid="right-now">
        <b id="right-now" className="font-semibold">
          {t("when.now")}
        </b>{" "}
        {doingText(t, state)}
      </p>
      {seen.length > 0 && (
        <ul className="numbers mt-2.5 flex flex-wrap gap-x-5 gap-y-1.5 text-[13px] text-soft" data-testid="sensed">
          {seen.map(({ id, Icon, text }) => (
            <li key={id} className="flex items-center gap-1.5">
              <Icon className="size-4 shrink-0" aria-hidden="true" />
              {text}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
