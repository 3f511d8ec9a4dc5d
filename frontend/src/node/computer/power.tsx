import { TriangleAlert } from "lucide-react";
import type { State } from "../../lib/api.gen";
import { useText } from "../../lib/i18n";
import { said } from "../../lib/said";
import { CopyButton } from "../../ui/copy";
import { Notice } from "../../ui/notice";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Choice, Problem } from "../setup/frame";
import { NumberField, Section } from "../when/controls";

type Power = State["computer"]["power"];
type Mode = Power["choice"]["mode"];

/** How much power the card may take while Helium works. */
export function PowerSection({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const { power } = state.computer;
  const put = (mode: Mode, watts: number) => act(() => agent.ask("setPower", { mode, watts }).then(() => {}));
  const { choice } = power;
  return (
    <Section title={t("computer.power")} text={t("computer.power.text")}>
      <div className="grid gap-3 px-5 py-4" data-testid="power">
        {power.unread ? (
          <p className="text-[13px] leading-relaxed text-soft">
            {state.hardware.kind === "cpu" ? t("computer.power.cpu") : said(t, power.unread_said, power.unread)}
          </p>
        ) : (
          <>
            <Meter power={power} />
            {power.settable ? (
              <fieldset className="grid gap-2" disabled={busy || stale}>
                <legend className="sr-only">{t("computer.power")}</legend>
                <Choice
                  name="power"
                  value="usual"
                  checked={choice.mode === "usual"}
                  onChoose={() => put("usual", 0)}
                  title={t("computer.power.usual")}
                  text={t("computer.power.usualText", { watts: power.usual })}
                />
                <Choice
                  name="power"
                  value="quiet"
                  checked={choice.mode === "quiet"}
                  onChoose={() => put("quiet", 0)}
                  title={t("computer.power.quiet")}
                  text={t("computer.power.quietText", { watts: power.quiet })}
                />
                <Choice
                  name="power"
                  value="own"
                  checked={choice.mode === "own"}
                  onChoose={() => put("own", choice.watts || power.limit)}
                  title={t("computer.power.own")}
                  text={t("computer.power.ownText", { least: power.least, most: power.most })}
                />
                {choice.mode === "own" && (
                  <NumberField
                    label={t("computer.power.limit")}
                    unit={t("computer.watts")}
                    value={choice.watts}
                    min={power.least}
                    max={power.most}
                    problem={problem || undefined}
                    onSave={(watts) => put("own", watts)}
                  />
                )}
              </fieldset>
            ) : (
              <p className="text-[13px] leading-relaxed text-soft">{t("computer.power.fixed")}</p>
            )}
            {power.problem && <Refused power={power} />}
            {choice.mode !== "own" && <Problem text={problem} />}
          </>
        )}
      </div>
    </Section>
  );
}

function Refused({ power }: { power: Power }) {
  const t = useText();
  const { command } = power;
  return (
    <div>
      <Notice
        kind="wait"
        icon={<TriangleAlert />}
        title={said(t, power.problem_said, power.problem)}
        detail={command ? t("computer.power.admin") : undefined}
      />
      {command && (
        <p className="mt-2 flex items-center gap-1">
          <code className="min-w-0 rounded-lg bg-sunken px-3 py-2 font-mono text-[13px] [overflow-wrap:anywhere]">
            {command}
          </code>
          <CopyButton text={command} what={t("computer.power.command")} />
        </p>
      )}
    </div>
  );
}

/** What the card takes now, of what it may. */
function Meter({ power }: { power: Power }) {
  const t = useText();
  const { draw, limit } = power;
  const text = t("computer.power.now", { draw, limit });
  return (
    <div>
      <p className="numbers text-sm" data-testid="power-now">
        {text}
      </p>
      {limit > 0 && draw > 0 && (
        <div className="mt-2 h-2 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
          <div className="h-full rounded-full bg-accent" style={{ width: `${Math.min(100, (draw / limit) * 100)}%` }} />
        </div>
      )}
    </div>
  );
}
