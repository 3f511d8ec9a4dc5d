import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useMemo, useState } from "react";
import type { Agent } from "../../lib/agent";
import type { EarningsReport, Electricity } from "../../lib/api.gen";
import { locale, useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Card } from "../card";
import { useAct } from "../setup/act";
import { Field, fieldLook, Problem } from "../setup/frame";
import { currencies, energy, exactMicro, exactMoney, moneyDown, moneyUp, parseMicro, typedMicro } from "./money";

/** What the work of the range took and cost, as far as the owner has said what power costs. */
export function ElectricityCard(props: { agent: Agent; report: EarningsReport; stale: boolean }) {
  const { agent, report, stale } = props;
  const t = useText();
  const [open, setOpen] = useState(false);
  const { energy: used, electricity } = report;
  const { currency } = electricity;
  const [cost, value, net] = [used.cost, used.value, used.net].map(parseMicro);
  const worked = used.worked_seconds > 0;
  return (
    <Card title={t("earnings.electricity")}>
      {electricity.per_kwh === 0 ? (
        <p className="mt-2 text-sm leading-relaxed text-soft text-pretty">{t("earnings.electricityText")}</p>
      ) : (
        <dl className="numbers mt-2 grid gap-y-1.5 text-sm" data-testid="electricity">
          <Line name={t("earnings.energy")} value={worked ? energy(used.watt_seconds, locale) : "–"} />
          {cost !== null && cost !== undefined && (
            <Line
              name={t("earnings.costUp")}
              value={moneyUp(cost, currency, locale)}
              exact={exactMoney(cost, currency, locale)}
            />
          )}
          {value !== null && value !== undefined && (
            <Line
              name={t("earnings.value")}
              value={moneyDown(value, currency, locale)}
              exact={exactMoney(value, currency, locale)}
            />
          )}
          {net !== null && net !== undefined && (
            <Line
              name={t("earnings.net")}
              value={moneyDown(net, currency, locale)}
              exact={exactMoney(net, currency, locale)}
              tone={net < 0n ? "text-bad" : "text-good"}
              strong
            />
          )}
        </dl>
      )}
      <p className="mt-2 text-xs leading-relaxed text-soft text-pretty">
        {worked && electricity.per_kwh > 0 && note(t, report)}{" "}
        {electricity.per_kwh > 0 && !electricity.per_cnx && t("earnings.noNet")}
      </p>
      <Button className="mt-3" disabled={stale} onClick={() => setOpen(true)} data-testid="set-electricity">
        {t(electricity.per_kwh === 0 ? "earnings.setElectricity" : "earnings.changeElectricity")}
      </Button>
      {open && <Form agent={agent} now={electricity} onClose={() => setOpen(false)} />}
    </Card>
  );
}

/** Where the energy is known from. */
function note(t: ReturnType<typeof useText>, { energy: used, electricity }: EarningsReport): string {
  const known = used.measured_seconds + used.uncounted_seconds;
  if (used.uncounted_seconds > 0 && used.measured_seconds === 0) return t("earnings.notMeasured");
  if (used.uncounted_seconds > 0) return t("earnings.partlyMeasured");
  if (used.measured_seconds === 0) return t("earnings.stated", { watts: electricity.watts });
  if (known < used.worked_seconds - 1) return t("earnings.measuredAndStated", { watts: electricity.watts });
  return t("earnings.measured");
}

function Line(props: { name: string; value: string; exact?: string; tone?: string; strong?: boolean }) {
  return (
    <div className={`flex items-baseline justify-between gap-4 ${props.strong ? "border-t border-line pt-1.5" : ""}`}>
      <dt className={props.strong ? "font-medium" : "text-soft"}>{props.name}</dt>
      <dd className={`${props.tone ?? ""} ${props.strong ? "font-semibold" : ""}`} title={props.exact}>
        {props.value}
      </dd>
    </div>
  );
}

const typed = (micro: number) => (micro > 0 ? exactMicro(BigInt(micro)) : "");

/** What the owner says of power and money. An empty field is not said. */
function Form({ agent, now, onClose }: { agent: Agent; now: Electricity; onClose: () => void }) {
  const t = useText();
  const queries = useQueryClient();
  const { busy, problem, act } = useAct();
  const [currency, setCurrency] = useState(now.currency);
  const [perKWh, setPerKWh] = useState(typed(now.per_kwh));
  const [watts, setWatts] = useState(now.watts > 0 ? String(now.watts) : "");
  const [perCNX, setPerCNX] = useState(typed(now.per_cnx));
  const [wrong, setWrong] = useState("");
  const id = useId();
  const all = useMemo(() => currencies(locale), []);
  const save = (e: FormEvent) => {
    e.preventDefault();
    const micro = (text: string) => (text.trim() === "" ? 0n : typedMicro(text));
    const [kwh, cnx] = [micro(perKWh), micro(perCNX)];
    if (kwh === null || cnx === null || !/^\s*\d{0,5}\s*$/.test(watts)) {
      setWrong(t(kwh === null || cnx === null ? "earnings.form.notAPrice" : "earnings.form.notWatts"));
      return;
    }
    setWrong("");
    act(async () => {
      const said: Electricity = {
        currency,
        per_kwh: Number(kwh),
        watts: Number(watts),
        per_cnx: Number(cnx),
      };
      await agent.ask("setElectricity", said);
      await queries.invalidateQueries({ queryKey: ["earnings"] });
      onClose();
    });
  };
  return (
    <Dialog
      open
      onOpenChange={(o) => o || onClose()}
      wide
      title={t("earnings.form.title")}
      description={t("earnings.form.text")}
    >
      <form className="pb-1" onSubmit={save}>
        <div className="grid gap-4 sm:grid-cols-2">
          <div>
            <label htmlFor={id} className="text-sm font-medium">
              {t("earnings.form.currency")}
            </label>
            <select id={id} value={currency} onChange={(e) => setCurrency(e.target.value)} className={fieldLook}>
              <option value="">{t("earnings.form.choose")}</option>
              {all.map(([code, name]) => (
                <option key={code} value={code}>
                  {code} – {name}
                </option>
              ))}
            </select>
          </div>
          <Field
            label={t("earnings.form.perKWh")}
            help={t("earnings.form.perKWhHelp")}
            inputMode="decimal"
            value={perKWh}
            onChange={(e) => setPerKWh(e.target.value)}
          />
          <Field
            label={t("earnings.form.watts")}
            help={t("earnings.form.wattsHelp")}
            inputMode="numeric"
            value={watts}
            onChange={(e) => setWatts(e.target.value)}
          />
          <Field
            label={t("earnings.form.perCNX")}
            help={t("earnings.form.perCNXHelp")}
            inputMode="decimal"
            value={perCNX}
            onChange={(e) => setPerCNX(e.target.value)}
          />
        </div>
        <Problem text={wrong || problem} />
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" disabled={busy}>
            {t("earnings.form.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
