import { RotateCcw, TriangleAlert } from "lucide-react";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import type { ScreenProps } from "../screens";
import { NumberField, Row, Section, SelectField, Unread } from "./controls";
import { HeatRow } from "./heat";
import { Hours } from "./hours";
import { RightNow } from "./now";
import { Programs } from "./programs";
import { type Settings, unreadWhy, useChoices } from "./save";

const fields = [
  "fullscreen.except",
  "programs",
  "graphics.percent",
  "heat.celsius",
  "heat.cool_by",
  "hours.days",
  "hours.from",
  "hours.to",
  "person.idle_minutes",
];

const lingers = [0, 60, 300, 900, 1800, 3600];

/** When to work: what Helium makes room for, and what it does with the task at hand. */
export function WhenScreen({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const choices = useChoices(agent, state, stale);
  const { settings, save, problem } = choices;
  const at = (field: string) => (problem?.field === field ? problem.text : undefined);
  const put = (change: Partial<Settings>) => save({ ...settings, ...change });
  const { fullscreen, graphics, person } = settings;
  const programsUnread = unreadWhy(t, state, "program");
  const waits = [...new Set([...lingers, settings.linger_seconds])].sort((a, b) => a - b);
  return (
    <div className="mx-auto grid w-full max-w-3xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-7 sm:py-6">
      <header>
        <h1 className="text-xl font-semibold tracking-tight">{t("when.title")}</h1>
        <p className="mt-1 text-sm leading-relaxed text-soft">{t("when.text")}</p>
      </header>
      <RightNow state={state} />
      {problem && !fields.includes(problem.field) && (
        <Notice kind="bad" icon={<TriangleAlert />} title={t("when.notSaved")} detail={problem.text} />
      )}

      <Section title={t("when.first")}>
        <Row
          testId="when-fullscreen"
          title={t("when.fullscreen")}
          text={t("when.fullscreen.text")}
          on={fullscreen.pause}
          disabled={stale}
          unread={unreadWhy(t, state, "fullscreen")}
          onChange={(pause) => put({ fullscreen: { ...fullscreen, pause } })}
        >
          <details open={fullscreen.except.length > 0 || at("fullscreen.except") !== undefined}>
            <summary className="mb-1.5 w-fit rounded text-[13px] text-soft hover:text-ink">{t("when.except")}</summary>
            <Programs
              agent={agent}
              label={t("when.except")}
              list={fullscreen.except}
              disabled={stale}
              problem={at("fullscreen.except")}
              onSave={(except) => put({ fullscreen: { ...fullscreen, except } })}
            />
          </details>
        </Row>
        <div className="px-5 py-3.5" data-testid="when-programs">
          <p className="text-sm font-medium">{t("when.programs")}</p>
          <p className="mt-0.5 mb-2.5 text-[13px] leading-relaxed text-soft">{t("when.programs.text")}</p>
          <Programs
            agent={agent}
            label={t("when.programs")}
            list={settings.programs}
            disabled={stale}
            problem={at("programs")}
            onSave={(programs) => put({ programs })}
          />
          {programsUnread && <Unread why={programsUnread} />}
        </div>
        <Row
          testId="when-graphics"
          title={t("when.graphics")}
          text={t(state.hardware.kind === "cpu" ? "when.graphics.cpu" : "when.graphics.text")}
          on={graphics.pause}
          disabled={stale}
          unread={unreadWhy(t, state, "graphics")}
          onChange={(pause) => put({ graphics: { ...graphics, pause } })}
        >
          <NumberField
            label={t("when.graphics.percent")}
            unit="%"
            value={graphics.percent}
            min={5}
            max={95}
            disabled={stale}
            problem={at("graphics.percent")}
            onSave={(percent) => put({ graphics: { ...graphics, percent } })}
          />
        </Row>
        <Row
          testId="when-person"
          title={t("when.person")}
          text={t("when.person.text")}
          on={person.pause}
          disabled={stale}
          unread={unreadWhy(t, state, "person")}
          onChange={(pause) => put({ person: { ...person, pause } })}
        >
          <NumberField
            label={t("when.person.idle")}
            unit={t("when.minutes", { count: person.idle_minutes })}
            value={person.idle_minutes}
            min={1}
            max={240}
            disabled={stale}
            problem={at("person.idle_minutes")}
            onSave={(idle_minutes) => put({ person: { ...person, idle_minutes } })}
          />
        </Row>
      </Section>

      <Section title={t("when.spare")}>
        <Row
          testId="when-battery"
          title={t("when.battery")}
          text={t("when.battery.text")}
          on={settings.battery.pause}
          disabled={stale}
          unread={unreadWhy(t, state, "battery")}
          onChange={(pause) => put({ battery: { pause } })}
        />
        <HeatRow choices={choices} state={state} />
        <Row
          testId="when-hours"
          title={t("when.hours")}
          text={t("when.hours.text")}
          on={settings.hours.limit}
          disabled={stale}
          onChange={(limit) => put({ hours: { ...settings.hours, limit } })}
        >
          <Hours {...choices} />
        </Row>
      </Section>

      <Section title={t("when.then")}>
        <fieldset className="grid gap-2 px-5 py-3.5" disabled={stale}>
          <legend className="float-left mb-1 text-sm font-medium">{t("when.finish")}</legend>
          {(["soon", "always", "never"] as const).map((finish) => (
            <label key={finish} className="touch flex cursor-pointer items-start gap-3 rounded-lg py-1">
              <input
                type="radio"
                name="finish"
                className="mt-0.5 size-4.5 shrink-0"
                checked={settings.finish === finish}
                onChange={() => put({ finish })}
              />
              <span className="text-sm">
                {t(`when.finish.${finish}`)}
                <span className="block text-[13px] leading-relaxed text-soft">{t(`when.finish.${finish}.text`)}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="px-5 py-3.5">
          <SelectField
            label={t("when.linger")}
            value={settings.linger_seconds}
            options={waits.map((s) => [s, t("when.linger.wait", { seconds: s, minutes: Math.round(s / 60) })])}
            disabled={stale}
            onSave={(linger_seconds) => put({ linger_seconds })}
          />
          <p className="mt-1.5 text-[13px] leading-relaxed text-soft">{t("when.linger.text")}</p>
        </div>
      </Section>

      <div>
        <Button disabled={stale} onClick={choices.restore}>
          <RotateCcw className="size-4" />
          {t("when.restore")}
        </Button>
      </div>
    </div>
  );
}
