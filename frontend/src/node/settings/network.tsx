import { LoaderCircle, TriangleAlert } from "lucide-react";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import type { Agent } from "../../lib/agent";
import type { ChooseNetwork, NetworkCheck, State } from "../../lib/api.gen";
import { locale, useText } from "../../lib/i18n";
import { said } from "../../lib/said";
import { parseWei, shortCNXDown } from "../../lib/wei";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Notice } from "../../ui/notice";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Choice, Field, Problem } from "../setup/frame";
import { FileField } from "../setup/wallet";
import { Part } from "./part";

/** The network, who of it answers, and the way to another. */
export function NetworkPart({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [check, setCheck] = useState<NetworkCheck>();
  const [changing, setChanging] = useState(false);
  const { name, chain_id } = state.network;
  const look = useCallback(
    () => act(async () => setCheck(await agent.ask<NetworkCheck>("checkNetwork"))),
    [act, agent],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another network is looked at anew
  useEffect(() => {
    if (chain_id) void look();
  }, [look, chain_id, name]);
  const number = new Intl.NumberFormat(locale);
  return (
    <Part title={t("settings.network")} text={t("settings.network.text")} testId="network">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 text-sm font-medium [overflow-wrap:anywhere]">
          {chain_id ? name || chain_id : t("settings.network.none")}
          {check && <span className="block text-[13px] font-normal text-soft">{t(fromText(check.from))}</span>}
        </p>
        <span className="flex flex-wrap gap-2">
          <Button disabled={busy || stale || !chain_id} onClick={look}>
            {busy && <LoaderCircle className="size-4 animate-turn" />}
            {t("settings.network.check")}
          </Button>
          {check?.from !== "given" && (
            <Button disabled={stale} onClick={() => setChanging(true)}>
              {t("settings.network.change")}
            </Button>
          )}
        </span>
      </div>
      {check && (
        <ul className="numbers mt-3 divide-y divide-line text-sm" data-testid="places">
          {check.places.map((p) => (
            <li key={`${p.kind} ${p.host}`} className="flex flex-wrap items-center justify-between gap-x-4 py-1.5">
              <span className="min-w-0 [overflow-wrap:anywhere]">
                <span className="text-soft">
                  {t(p.kind === "chain" ? "settings.place.chain" : "settings.place.relay")}
                </span>{" "}
                {p.host}
              </span>
              <span className="inline-flex items-center gap-2">
                <span
                  className={p.problem ? "size-2 rounded-full border-2 border-bad" : "size-2 rounded-full bg-good"}
                  aria-hidden="true"
                />
                {p.problem
                  ? t("settings.place.silent")
                  : t("settings.place.answers", { ms: number.format(p.milliseconds) })}
              </span>
              {p.problem && (
                <p className="w-full text-xs text-soft [overflow-wrap:anywhere]" lang="en">
                  {said(t, undefined, p.problem)}
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
      <Problem text={problem} />
      <Dialog open={changing} onOpenChange={setChanging} title={t("settings.change.title")} testId="change-network">
        <ChangeNetwork agent={agent} state={state} stale={stale} onDone={() => setChanging(false)} />
      </Dialog>
    </Part>
  );
}

function fromText(from: string) {
  return from === "given"
    ? "settings.network.given"
    : from === "kept"
      ? "settings.network.kept"
      : "settings.network.local";
}

const kinds = [
  ["link", "setup.network.link"],
  ["file", "setup.network.file"],
  ["local", "setup.network.local"],
] as const;

/** What stands between a node and another network: it runs, or its deposit is not back. */
function barrierOf({ node, task }: State): "running" | "stake" | null {
  if (task || !["stopped", "blocked", "paused", "starting"].includes(node.status)) return "running";
  return (parseWei(node.stake) ?? 0n) > 0n ? "stake" : null;
}

function ChangeNetwork(props: { agent: Agent; state: State; stale: boolean; onDone: () => void }) {
  const { agent, state, stale, onDone } = props;
  const t = useText();
  const { busy, problem, act } = useAct();
  const [kind, setKind] = useState<(typeof kinds)[number][0]>("link");
  const [text, setText] = useState("");
  const [leave, setLeave] = useState(false);
  const barrier = barrierOf(state);
  // A network that is cut off may never give the deposit back.
  const cutOff = barrier === "stake" && (state.node.status === "blocked" || !state.network.connected);
  const amount = shortCNXDown(parseWei(state.node.stake) ?? 0n, locale, 0);
  const open = barrier === null || (cutOff && leave);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    const choice: ChooseNetwork = { kind, text: kind === "local" ? "" : text, leave_stake: cutOff && leave };
    void act(async () => {
      await agent.ask("chooseNetwork", choice);
      onDone();
    });
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <p className="text-sm leading-relaxed text-soft">{t("settings.change.text")}</p>
      {barrier && (
        <Notice
          kind="wait"
          icon={<TriangleAlert />}
          title={t(barrier === "running" ? "settings.change.running" : "settings.change.stake", { amount })}
          detail={t(barrier === "running" ? "settings.change.running.text" : "settings.change.stake.text", { amount })}
          action={
            state.node.want_running && (
              <Button disabled={stale || busy} onClick={() => act(() => agent.call("stop"))}>
                {t("action.stop")}
              </Button>
            )
          }
        />
      )}
      {cutOff && (
        <label className="flex items-start gap-3 text-sm">
          <input
            type="checkbox"
            className="mt-0.5 size-4.5 shrink-0"
            checked={leave}
            onChange={(e) => setLeave(e.target.checked)}
          />
          {t("settings.change.leave", { amount })}
        </label>
      )}
      <fieldset className="grid gap-2">
        <legend className="sr-only">{t("settings.change.title")}</legend>
        {kinds.map(([value, title]) => (
          <Choice
            key={value}
            name="network"
            value={value}
            checked={kind === value}
            onChoose={() => {
              setKind(value);
              setText("");
            }}
            title={t(title)}
          />
        ))}
      </fieldset>
      {kind === "link" && (
        <Field
          label={t("setup.network.linkLabel")}
          type="url"
          placeholder="https://"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
      )}
      {kind === "file" && (
        <FileField label="setup.network.fileLabel" accept=".json,application/json" onText={setText} />
      )}
      <Problem text={problem} />
      <Button
        type="submit"
        kind="primary"
        className="h-10 justify-self-end"
        disabled={stale || busy || !open || (kind !== "local" && text.trim() === "")}
      >
        {busy && <LoaderCircle className="size-4 animate-turn" />}
        {t(busy ? "setup.network.joining" : "settings.change.action")}
      </Button>
    </form>
  );
}
