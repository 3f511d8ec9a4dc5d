import { LoaderCircle, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Link } from "wouter";
import type { State } from "../../lib/api.gen";
import { type Translate, useText } from "../../lib/i18n";
import { said } from "../../lib/said";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Notice } from "../../ui/notice";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Choice, Problem } from "../setup/frame";
import { Row, Section } from "../when/controls";
import { HeatRow } from "../when/heat";
import { useChoices } from "../when/save";
import { PowerSection } from "./power";

type Device = State["computer"]["devices"][number];

const best = "best";

/** What tasks run on, and how hard. */
export function ComputerScreen({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const choices = useChoices(agent, state, stale);
  const { awake } = state.computer;
  const { problem, act } = useAct();
  return (
    <div className="mx-auto grid w-full max-w-3xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-7 sm:py-6">
      <header>
        <h1 className="text-xl font-semibold tracking-tight">{t("computer.title")}</h1>
        <p className="mt-1 text-sm leading-relaxed text-soft">{t("computer.text")}</p>
      </header>
      <Devices agent={agent} state={state} stale={stale} />
      <PowerSection agent={agent} state={state} stale={stale} />
      <Section title={t("computer.heat")}>
        <HeatRow choices={choices} state={state} />
        <p className="px-5 py-3 text-[13px] leading-relaxed text-soft" data-testid="heat-now">
          {heatText(t, state)}{" "}
          <Link href="/when" className="text-accent underline underline-offset-2">
            {t("computer.heat.more")}
          </Link>
        </p>
      </Section>
      <Section title={t("computer.sleep")}>
        <Row
          testId="awake"
          title={t("computer.awake")}
          text={t("computer.awake.text")}
          on={awake.wanted}
          disabled={stale}
          onChange={(on) => act(() => agent.ask("stayAwake", on).then(() => {}))}
        >
          {awake.problem ? (
            <Notice
              kind="wait"
              icon={<TriangleAlert />}
              title={t("computer.awake.problem")}
              detail={said(t, awake.problem_said, awake.problem)}
            />
          ) : (
            <p className="text-[13px] text-soft" role="status">
              {t(awake.holds ? "computer.awake.holds" : "computer.awake.idle")}
            </p>
          )}
        </Row>
        {problem && (
          <div className="px-5 pb-4">
            <Problem text={problem} />
          </div>
        )}
      </Section>
    </div>
  );
}

function heatText(t: Translate, state: State): string {
  const heat = state.when.sensed.heat;
  if (!heat) return t("computer.heat.unknown");
  if (heat.sensor) return t("computer.heat.now", { celsius: heat.celsius, sensor: heat.sensor });
  return t(heat.throttled ? "when.sees.throttled" : "when.sees.cool");
}

/** Whether changing to a device takes leaving the network first. */
export function mustLeave(state: State, to: Device | undefined): boolean {
  const { status, chain } = state.node;
  if (status === "stopped" || to === undefined || to.same_class) return false;
  return chain !== "quit" || status === "starting";
}

/** The device that "the best there is" stands for. */
export function bestOf(devices: Device[]): Device | undefined {
  return devices.find((d) => d.usable);
}

function Devices({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const { devices, picked, used, next, missing, missing_said, rejoins } = state.computer;
  const { busy, problem, act } = useAct();
  const [asking, setAsking] = useState<string | null>(null);
  const nameOf = (id: string) => devices.find((d) => d.id === id)?.name ?? id.split("/").pop() ?? id;
  const deviceOf = (id: string) => (id === best ? bestOf(devices) : devices.find((d) => d.id === id));
  const choose = (id: string) =>
    act(async () => {
      await agent.ask("chooseDevice", id);
      setAsking(null);
      toast(t("computer.device.noted"), { id: "device" });
    });
  const ask = (id: string) => {
    if (id === (next ?? picked) && !missing) return;
    if (id !== picked && mustLeave(state, deviceOf(id))) setAsking(id);
    else void choose(id);
  };
  if (devices.length === 0) {
    return (
      <Section title={t("computer.device")}>
        <p className="flex items-center gap-2 px-5 py-4 text-sm text-soft" role="status">
          <LoaderCircle className="size-4 animate-turn" />
          {t("computer.device.looking")}
        </p>
      </Section>
    );
  }
  const shown = next ?? picked;
  const chosenBest = bestOf(devices);
  return (
    <Section title={t("computer.device")} text={t("computer.device.text")}>
      <div className="grid gap-3 px-5 py-4">
        {missing && (
          <Notice
            kind="bad"
            icon={<TriangleAlert />}
            title={t("computer.device.missing")}
            detail={`${said(t, missing_said, missing)} ${t("computer.device.missing.text")}`}
            action={
              <Button disabled={busy || stale} onClick={() => choose(used ?? best)}>
                {t("computer.device.goOn", { name: nameOf(used) })}
              </Button>
            }
          />
        )}
        {next && (
          <Notice
            kind="wait"
            icon={<LoaderCircle className="animate-turn" />}
            title={t("computer.device.waiting", { name: next === best ? t("computer.device.best") : nameOf(next) })}
            detail={t(rejoins ? "computer.device.waiting.rejoins" : "computer.device.waiting.stays")}
            action={
              <Button disabled={busy || stale} onClick={() => choose(picked)}>
                {t("cancel")}
              </Button>
            }
          />
        )}
        <fieldset className="grid gap-2" disabled={busy || stale}>
          <legend className="sr-only">{t("computer.device")}</legend>
          <Choice
            name="device"
            value={best}
            checked={shown === best}
            onChoose={() => ask(best)}
            title={t("computer.device.best")}
            text={t("computer.device.bestText", { name: chosenBest?.name ?? "" })}
          />
          {devices.map((d) => (
            <Choice
              key={d.id}
              name="device"
              value={d.id}
              checked={shown === d.id}
              disabled={!d.usable}
              onChoose={() => ask(d.id)}
              title={d.name}
              text={[
                t(d.kind === "gpu" ? "computer.device.gpu" : "computer.device.cpu", { gb: d.memory_gb }),
                said(t, d.why_said, d.why),
              ]
                .filter(Boolean)
                .join(" ")}
              aside={<Mark used={used === d.id} />}
            />
          ))}
        </fieldset>
        {state.hardware.why && (
          <p className="text-[13px] leading-relaxed text-soft">
            {said(t, state.hardware.why_said, state.hardware.why)}
          </p>
        )}
        <Problem text={asking ? "" : problem} />
      </div>
      <Dialog
        open={asking !== null}
        onOpenChange={(open) => !open && setAsking(null)}
        title={t("computer.change.title", {
          name: asking === best ? t("computer.device.best") : nameOf(asking ?? ""),
        })}
        testId="change-device"
      >
        <ol className="grid gap-2.5 text-sm leading-relaxed">
          <li>{t("computer.change.task")}</li>
          <li>{t("computer.change.stake")}</li>
          <li>{t(state.node.want_running ? "computer.change.again" : "computer.change.stays")}</li>
          <li className="text-soft">{t("computer.change.unknown")}</li>
        </ol>
        <Problem text={problem} />
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button onClick={() => setAsking(null)}>{t("cancel")}</Button>
          <Button kind="primary" disabled={busy || stale} onClick={() => asking && choose(asking)}>
            {t("computer.change.do")}
          </Button>
        </div>
      </Dialog>
    </Section>
  );
}

function Mark({ used }: { used: boolean }) {
  const t = useText();
  if (!used) return null;
  return (
    <span className="inline-flex shrink-0 items-center gap-1 rounded-full bg-good-tint px-2.5 py-1 text-xs font-medium text-good">
      {t("computer.device.used")}
    </span>
  );
}
