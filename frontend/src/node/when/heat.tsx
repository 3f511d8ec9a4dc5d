import type { State } from "../../lib/api.gen";
import { useText } from "../../lib/i18n";
import { NumberField, Row } from "./controls";
import { type Choices, unreadWhy } from "./save";

/** From which temperature to pause, and how far to cool down. */
export function HeatRow({ choices, state }: { choices: Choices; state: State }) {
  const t = useText();
  const { settings, save, problem, stale } = choices;
  const { heat } = settings;
  const put = (change: Partial<typeof heat>) => save({ ...settings, heat: { ...heat, ...change } });
  const at = (field: string) => (problem?.field === field ? problem.text : undefined);
  return (
    <Row
      testId="when-heat"
      title={t("when.heat")}
      text={t("when.heat.text", { celsius: heat.celsius, coolTo: heat.celsius - heat.cool_by })}
      on={heat.pause}
      disabled={stale}
      unread={unreadWhy(t, state, "hot")}
      onChange={(pause) => put({ pause })}
    >
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        <NumberField
          label={t("when.heat.limit")}
          unit="°C"
          value={heat.celsius}
          min={50}
          max={105}
          disabled={stale}
          problem={at("heat.celsius")}
          onSave={(celsius) => put({ celsius })}
        />
        <NumberField
          label={t("when.heat.coolBy")}
          unit="°C"
          value={heat.cool_by}
          min={2}
          max={40}
          disabled={stale}
          problem={at("heat.cool_by")}
          onSave={(cool_by) => put({ cool_by })}
        />
      </div>
    </Row>
  );
}
