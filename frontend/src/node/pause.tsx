import type { State } from "../lib/api.gen";
import { locale, type Translate } from "../lib/i18n";

type Pause = NonNullable<State["node"]["pause"]>;

/** For what the node makes room, and when it starts again, in one or two sentences. */
export function pauseText(t: Translate, pause: Pause): string {
  const { program, sensor, celsius, cool_to } = pause.facts;
  const reason = t(`pause.${pause.reason}`, {
    program: program || t("pause.someProgram"),
    sensor: sensor || t("pause.someSensor"),
    celsius: celsius ?? 0,
    coolTo: cool_to ?? 0,
  });
  const knownEnd = pause.until && (pause.over || pause.reason === "asked" || pause.reason === "hours");
  const end = knownEnd
    ? t("pause.until", { time: timeOf(pause.until as string) })
    : t("pause.after", { seconds: pause.linger_seconds });
  return `${reason} ${end}`;
}

/** A moment as the reader's clock shows it, with the day where it is another. */
export function timeOf(iso: string): string {
  const at = new Date(iso);
  const day = at.toDateString() === new Date().toDateString() ? {} : ({ weekday: "long" } as const);
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", ...day }).format(at);
}
