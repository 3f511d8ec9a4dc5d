import { Check, LoaderCircle } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Agent } from "../../lib/agent";
import type { ChooseNetwork, State } from "../../lib/api.gen";
import { locale, useText } from "../../lib/i18n";
import { neatCNXUp, parseWei, shortCNXDown } from "../../lib/wei";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Notice } from "../../ui/notice";
import { Amount } from "../card";
import { told } from "../reasons";
import { useAct } from "./act";
import type { StepProps } from "./first-run";
import { Choice, Field, Frame, Problem } from "./frame";
import { QR } from "./qr";
import { FileField } from "./wallet";

/** A network is chosen, and what it wants as a deposit comes into the wallet. */
export function Network(props: StepProps) {
  const { agent, state, setup, stale, step, of } = props;
  const t = useText();
  const { busy, problem, act } = useAct();
  const [choosing, setChoosing] = useState(false);
  const chosen = setup.network !== "" && !choosing;
  const { connected, name } = state.network;
  const missing = missingOf(state);
  return (
    <Frame
      step={step}
      of={of}
      stale={stale}
      title={t(chosen ? "setup.stake.title" : "setup.network.title")}
      text={
        chosen
          ? missing === null
            ? undefined
            : t("setup.stake.text", { amount: shortCNXDown(parseWei(state.node.stake_needed) ?? 0n, locale, 0) })
          : t("setup.network.text")
      }
      foot={
        chosen && (
          <>
            {setup.network !== "given" && (
              <Button kind="quiet" className="me-auto h-11" disabled={busy || stale} onClick={() => setChoosing(true)}>
                {t("setup.network.change")}
              </Button>
            )}
            <Button
              kind="primary"
              className="h-11 px-6"
              disabled={busy || stale || !connected}
              onClick={() => act(() => agent.ask("setupNext").then(() => {}))}
            >
              {t(missing !== null && missing > 0n ? "setup.stake.later" : "setup.next")}
            </Button>
          </>
        )
      }
    >
      {chosen ? (
        <>
          <p className="mb-4 flex items-center gap-2 text-sm" role="status">
            {connected ? (
              <>
                <span className="size-2 rounded-full bg-good" aria-hidden="true" />
                {t("setup.network.connected", { name })}
              </>
            ) : (
              <>
                <LoaderCircle className="size-4 animate-turn text-soft" />
                {t("setup.network.connecting", { name: name || "…" })}
              </>
            )}
          </p>
          {!connected && state.node.reason && <Notice kind="wait" {...told(t, state, state.node.reason)} />}
          {connected && <Stake agent={agent} state={state} missing={missing} stale={stale} />}
          <Problem text={problem} />
        </>
      ) : (
        <Choose agent={agent} stale={stale} onChosen={() => setChoosing(false)} />
      )}
    </Frame>
  );
}

/** What the wallet lacks for the deposit; null before the network has said what it is. */
export function missingOf(state: State): bigint | null {
  const needed = parseWei(state.node.stake_needed) ?? 0n;
  if (needed === 0n) return null;
  const have = (parseWei(state.wallet.balance) ?? 0n) + (parseWei(state.node.stake) ?? 0n);
  return have >= needed ? 0n : needed - have;
}

function Stake(props: { agent: Agent; state: State; missing: bigint | null; stale: boolean }) {
  const { agent, state, missing, stale } = props;
  const t = useText();
  const { busy, problem, act } = useAct();
  const { address, balance } = state.wallet;
  return (
    <section className="flex flex-wrap items-center gap-5 rounded-2xl border border-line bg-card px-5 py-5">
      <QR text={address} label={t("setup.stake.qr")} className="size-32 shrink-0 rounded-lg border border-line" />
      <div className="min-w-0 flex-1 basis-64">
        <p className="text-[13px] font-medium text-soft">{t("setup.stake.have")}</p>
        <p data-testid="balance" data-wei={balance} aria-live="polite">
          <Amount wei={balance} className="text-3xl font-semibold tracking-tight" />
        </p>
        {missing !== null && (
          <p className="mt-1 flex items-center gap-1.5 text-sm text-soft" role="status">
            {missing === 0n ? (
              <span className="flex items-center gap-1.5 font-medium text-good">
                <Check className="size-4" />
                {t("setup.stake.enough")}
              </span>
            ) : (
              t("setup.stake.missing", { amount: neatCNXUp(missing, locale) })
            )}
          </p>
        )}
        <p className="mt-3 flex items-center gap-1">
          <span className="sr-only">{t("setup.stake.address")}</span>
          <code className="min-w-0 font-mono text-[13px] [overflow-wrap:anywhere]" data-testid="address">
            {address}
          </code>
          <CopyButton text={address} what={t("home.address")} />
        </p>
        {state.network.has_faucet && missing !== 0n && (
          <Button
            className="mt-3 h-10"
            disabled={busy || stale}
            onClick={() => act(() => agent.ask("askFaucet").then(() => {}))}
          >
            {busy && <LoaderCircle className="size-4 animate-turn" />}
            {t(busy ? "setup.stake.asking" : "setup.stake.faucet")}
          </Button>
        )}
        <Problem text={problem} />
      </div>
    </section>
  );
}

type Kind = "local" | "link" | "file";

function Choose({ agent, stale, onChosen }: { agent: Agent; stale: boolean; onChosen: () => void }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [kind, setKind] = useState<Kind>("local");
  const [text, setText] = useState("");
  const choose = (to: Kind) => () => {
    setKind(to);
    setText("");
  };
  const join = (e: FormEvent) => {
    e.preventDefault();
    const network: ChooseNetwork = { kind, text };
    void act(async () => {
      await agent.ask("chooseNetwork", network);
      onChosen();
    });
  };
  return (
    <form onSubmit={join}>
      <fieldset className="grid gap-3" disabled={busy}>
        <legend className="sr-only">{t("setup.network.title")}</legend>
        <Choice
          name="network"
          value="local"
          checked={kind === "local"}
          onChoose={choose("local")}
          title={t("setup.network.local")}
          text={t("setup.network.localText")}
        />
        <Choice
          name="network"
          value="link"
          checked={kind === "link"}
          onChoose={choose("link")}
          title={t("setup.network.link")}
        />
        {kind === "link" && (
          <Field
            type="url"
            label={t("setup.network.linkLabel")}
            placeholder="https://"
            value={text}
            onChange={(e) => setText(e.target.value)}
          />
        )}
        <Choice
          name="network"
          value="file"
          checked={kind === "file"}
          onChoose={choose("file")}
          title={t("setup.network.file")}
        />
        {kind === "file" && (
          <FileField label="setup.network.fileLabel" accept=".json,application/json" onText={setText} />
        )}
      </fieldset>
      <Button
        type="submit"
        kind="primary"
        className="mt-5 h-11 px-6"
        disabled={busy || stale || (kind !== "local" && !text.trim())}
      >
        {busy && <LoaderCircle className="size-4 animate-turn" />}
        {t(busy ? "setup.network.joining" : "setup.network.join")}
      </Button>
      <Problem text={problem} />
    </form>
  );
}
