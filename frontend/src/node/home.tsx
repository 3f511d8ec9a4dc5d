import type { ReactNode } from "react";
import type { State } from "../lib/api.gen";
import { locale, useText } from "../lib/i18n";
import { said } from "../lib/said";
import { exactCNX, parseWei, shortCNXDown } from "../lib/wei";
import { Amount, Card, Looking } from "./card";
import type { ScreenProps } from "./screens";
import { StatusCard } from "./status";
import { CurrentTask, RecentTasks } from "./tasks";
import { UpdateNote } from "./update";

/** Home answers three questions: am I earning, how much, and if not, why. */
export function Home({ agent, state, stale }: ScreenProps) {
  const t = useText();
  return (
    <div className="mx-auto grid w-full max-w-5xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-7 sm:py-6">
      <h1 className="sr-only">{t("node.home")}</h1>
      <UpdateNote state={state} className="rounded-2xl border border-line bg-card px-5 py-3 sm:px-6" />
      <StatusCard agent={agent} state={state} stale={stale} />
      <Money state={state} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
          <CurrentTask state={state} />
          <RecentTasks state={state} />
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
          <Computer state={state} />
          <NetworkCard state={state} />
          {state.wallet.address && <WalletCard state={state} />}
        </div>
      </div>
    </div>
  );
}

function Money({ state }: { state: State }) {
  const t = useText();
  const { earnings, wallet, node } = state;
  const held = parseWei(node.stake) ?? 0n;
  const needed = parseWei(node.stake_needed) ?? 0n;
  const credited = parseWei(earnings.credited) ?? 0n;
  // Nothing is what the agent says of all that it hasn't read yet.
  const looking = node.status === "starting";
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-2xl border border-line bg-line lg:grid-cols-4">
      <Figure
        name={t("home.today")}
        wei={earnings.today}
        looking={looking}
        note={t("home.todayTasks", { count: earnings.tasks_today })}
      />
      <Figure
        name={t("home.total")}
        wei={earnings.total}
        looking={looking}
        note={t("home.totalTasks", { count: earnings.tasks_total })}
      />
      <Figure
        name={t("home.balance")}
        wei={wallet.balance}
        looking={looking}
        note={credited > 0n ? t("home.credited", { amount: shortCNXDown(credited, locale) }) : undefined}
      />
      <Figure
        name={t("home.stake")}
        wei={node.stake}
        looking={looking}
        note={
          held >= needed && held > 0n
            ? t("home.stakeHeld")
            : held > 0n || node.want_running
              ? t("home.stakeNeeded", { amount: shortCNXDown(needed, locale, 0) })
              : t("home.stakeNone")
        }
      />
    </dl>
  );
}

function Figure({ name, wei, looking, note }: { name: string; wei: string; looking: boolean; note?: string }) {
  const unknown = looking && !parseWei(wei);
  const size = "whitespace-nowrap text-xl font-semibold tracking-tight sm:text-2xl";
  return (
    <div className="bg-card px-4 py-4 sm:px-5">
      <dt className="text-[13px] font-medium text-soft">{name}</dt>
      <dd className="mt-1">
        {unknown ? <Looking className={size} /> : <Amount wei={wei} className={size} />}
        <p className="numbers mt-0.5 min-h-[1.4em] text-xs text-soft">{unknown ? null : note}</p>
      </dd>
    </div>
  );
}

function Rows({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className="numbers mt-2 grid gap-y-1 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="flex min-h-7 items-center justify-between gap-4">
          <dt className="shrink-0 text-soft">{name}</dt>
          <dd className="min-w-0 text-end [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const engineWords = ["stopped", "starting", "ready", "busy", "failed"] as const;

function Computer({ state }: { state: State }) {
  const t = useText();
  const { hardware: h, engine, node } = state;
  const word = engineWords.find((w) => w === engine.status);
  const rows: [string, ReactNode][] = [
    [
      h.kind === "gpu" ? t("home.gpu") : t("home.cpu"),
      h.vram_gb > 0 && h.kind === "gpu"
        ? `${h.name}, ${t("home.vram", { gb: h.vram_gb })}`
        : h.name || (node.status === "starting" ? <Looking key="hardware" /> : ""),
    ],
    [
      t("home.engine"),
      <>
        {[h.runtime, word ? t(`home.engine.${word}`) : engine.status].filter(Boolean).join(", ")}
        {engine.restarts > 0 && (
          <span className="block text-xs text-soft">{t("home.restarts", { count: engine.restarts })}</span>
        )}
      </>,
    ],
    [
      t("home.models"),
      (engine.models ?? []).join(", ") || (node.status === "starting" ? <Looking key="models" /> : t("home.noModels")),
    ],
  ];
  if (node.score !== undefined) rows.push([t("home.score"), t("home.scoreValue", { score: node.score })]);
  return (
    <Card title={t("home.computer")}>
      <Rows rows={rows} />
      {h.why && (
        <p className="mt-2 border-t border-line pt-2.5 text-xs leading-relaxed text-soft">
          {said(t, h.why_said, h.why)}
        </p>
      )}
    </Card>
  );
}

function NetworkCard({ state }: { state: State }) {
  const t = useText();
  const { network } = state;
  if (network.chain_id === 0 && state.node.status === "starting") {
    return (
      <Card title={t("home.network")}>
        <Rows rows={[[t("home.head"), <Looking key="head" />]]} />
      </Card>
    );
  }
  return (
    <Card title={t("home.network")}>
      <Rows
        rows={[
          [
            network.name || String(network.chain_id),
            <span key="link" className="inline-flex items-center gap-2">
              <span
                className={
                  network.connected ? "size-2 rounded-full bg-good" : "size-2 rounded-full border-2 border-bad"
                }
                aria-hidden="true"
              />
              {network.connected ? t("home.connected") : t("home.disconnected")}
            </span>,
          ],
          [t("home.head"), new Intl.NumberFormat(locale).format(network.head)],
        ]}
      />
    </Card>
  );
}

const passphrasePlaces = ["keychain", "file", "owner"] as const;

function WalletCard({ state }: { state: State }) {
  const t = useText();
  const { wallet } = state;
  const kept = passphrasePlaces.find((p) => p === wallet.passphrase_in) ?? "file";
  return (
    <Card title={t("home.wallet")}>
      <Rows
        rows={[
          [t("home.gas"), <Gas key="gas" wei={wallet.gas} />],
          [t("home.passphrase"), t(`home.passphrase.${kept}`)],
        ]}
      />
      {wallet.notice && (
        <p className="mt-2 border-t border-line pt-2.5 text-xs leading-relaxed text-soft">
          {t("home.passphrase.fileNotice")}
        </p>
      )}
    </Card>
  );
}

function Gas({ wei }: { wei: string }) {
  const value = parseWei(wei) ?? 0n;
  return <span title={exactCNX(value)}>{shortCNXDown(value, locale, 4)}</span>;
}
