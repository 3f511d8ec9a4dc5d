import { LoaderCircle } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { toast } from "sonner";
import type { SendCNX, SendCost } from "../../lib/api.gen";
import { locale, useText } from "../../lib/i18n";
import { exactCNX, neatCNXUp, parseCNX, parseWei } from "../../lib/wei";
import { Button } from "../../ui/button";
import { Card } from "../card";
import { Confirm } from "../confirm";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Field, Problem } from "../setup/frame";

/** A wish that the agent has looked at. Its name is made once, so that it is sent once. */
interface Wish {
  id: string;
  amount: bigint;
  cost: SendCost;
}

/** Sends CNX to another address: exact, with its fee, and asked twice. */
export function Send(props: ScreenProps) {
  const { agent, state, stale } = props;
  const t = useText();
  const { busy, problem, act } = useAct();
  const [to, setTo] = useState("");
  const [amount, setAmount] = useState("");
  const [wish, setWish] = useState<Wish | null>(null);
  const [wrong, setWrong] = useState("");
  const balance = parseWei(state.wallet.balance) ?? 0n;
  const review = (e: FormEvent) => {
    e.preventDefault();
    const wei = parseCNX(amount);
    setWrong(wei === null ? t("send.amountWrong") : "");
    if (wei === null) return;
    const id = newID();
    void act(async () => {
      const asked: SendCNX = { id, to, amount: wei.toString(), passphrase: "" };
      setWish({ id, amount: wei, cost: await agent.ask<SendCost>("costOfSending", asked) });
    });
  };
  const send = async (passphrase: string) => {
    if (!wish) return;
    const asked: SendCNX = { id: wish.id, to: wish.cost.to, amount: wish.amount.toString(), passphrase };
    await agent.ask("sendCNX", asked);
    setTo("");
    setAmount("");
    toast.success(t("send.written"));
  };
  return (
    <Card title={t("send.title")}>
      <form onSubmit={review} className="mt-2 grid gap-3" data-testid="send">
        <Field
          label={t("send.to")}
          help={t("send.toHelp")}
          placeholder="0x…"
          className="mt-1.5 block h-11 w-full rounded-lg border border-edge bg-card px-3.5 font-mono text-sm placeholder:text-soft"
          value={to}
          onChange={(e) => setTo(e.target.value)}
        />
        <div className="flex items-end gap-2">
          <div className="min-w-0 flex-1">
            <Field
              label={t("send.amount")}
              inputMode="decimal"
              value={amount}
              onChange={(e) => setAmount(e.target.value)}
            />
          </div>
          <Button className="h-11" disabled={balance === 0n} onClick={() => setAmount(exactCNX(balance))}>
            {t("send.all")}
          </Button>
        </div>
        <Problem text={wrong || problem} />
        <Button
          type="submit"
          kind="primary"
          className="h-10 justify-self-start"
          disabled={busy || stale || !to.trim() || !amount.trim()}
        >
          {busy && <LoaderCircle className="size-4 animate-turn" />}
          {t(busy ? "send.reviewing" : "send.review")}
        </Button>
      </form>
      {wish && <Sure {...props} wish={wish} send={send} close={() => setWish(null)} />}
    </Card>
  );
}

function Sure(props: ScreenProps & { wish: Wish; send: (passphrase: string) => Promise<void>; close: () => void }) {
  const { state, stale, wish, send, close } = props;
  const t = useText();
  const { cost } = wish;
  const left = parseWei(cost.left) ?? 0n;
  const needed = parseWei(state.node.stake_needed) ?? 0n;
  const lacksStake = state.node.chain === "quit" && (parseWei(state.node.stake) ?? 0n) + left < needed;
  const exact = exactCNX(wish.amount);
  const rows: [string, ReactNode][] = [
    [
      t("send.confirmTo"),
      <code key="to" data-testid="send-to" className="font-mono text-[13px]" translate="no">
        {cost.to}
      </code>,
    ],
    [
      t("send.confirmAmount"),
      <span key="n" data-testid="send-amount">
        {t("cnx", { amount: exact })}
      </span>,
    ],
    [t("send.confirmFee"), t("send.confirmFeeValue", { amount: neatCNXUp(parseWei(cost.fee) ?? 0n, locale, 8) })],
    [t("send.confirmLeft"), t("cnx", { amount: exactCNX(left) })],
  ];
  return (
    <Confirm
      open
      onClose={close}
      title={t("send.confirmTitle", { amount: exact })}
      consequence={
        <div className="grid gap-1.5">
          <p>{t("send.consequence")}</p>
          {cost.contract && <p className="font-medium">{t("send.contract")}</p>}
          {lacksStake && <p>{t("send.lacksStake", { amount: exactCNX(needed) })}</p>}
          {!cost.payable && <p className="font-medium">{t("send.unpayable")}</p>}
        </div>
      }
      word={t("send.word")}
      action={t("send.confirm")}
      doing={t("send.sending")}
      passphrase={state.wallet.passphrase_in === "owner"}
      stale={stale || !cost.payable}
      act={send}
    >
      <dl className="numbers grid gap-2 text-sm">
        {rows.map(([name, value]) => (
          <div key={name} className="flex flex-wrap justify-between gap-x-4">
            <dt className="text-soft">{name}</dt>
            <dd className="min-w-0 text-end font-medium [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </Confirm>
  );
}

/** A name that nobody has used. */
function newID(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
