import { LoaderCircle } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import type { SetPayout } from "../../lib/api.gen";
import { useText } from "../../lib/i18n";
import { parseWei } from "../../lib/wei";
import { Button } from "../../ui/button";
import { Hex } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Amount, Card } from "../card";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Choice, Field, Problem } from "../setup/frame";

/** Who gets what is earned, what waits for them, and how that is changed. */
export function Payout(props: ScreenProps) {
  const { state, stale } = props;
  const t = useText();
  const [changing, setChanging] = useState(false);
  const { payout, payout_next: next } = state.node;
  const own = state.wallet.address;
  return (
    <Card
      title={t("payout.title")}
      aside={
        <Button
          kind="quiet"
          className="-my-2 -me-3.5 h-8"
          data-testid="payout-change"
          disabled={stale || !payout}
          onClick={() => setChanging(true)}
        >
          {t("payout.change")}
        </Button>
      }
    >
      <p className="mt-1 text-sm font-medium">{t(payout && payout !== own ? "payout.elsewhere" : "payout.own")}</p>
      {payout && (
        <p className="mt-0.5 text-soft" data-testid="payout" data-address={payout}>
          <Hex value={payout} what={t("payout.address")} />
        </p>
      )}
      {next && (
        <p className="mt-1 text-sm [overflow-wrap:anywhere]" data-testid="payout-next">
          {next === own ? t("payout.nextOwn") : t("payout.next", { address: next })}
        </p>
      )}
      <p className="mt-1 text-xs leading-relaxed text-soft text-pretty">{t(next ? "payout.waits" : "payout.text")}</p>
      <Credited {...props} />
      <Dialog
        open={changing}
        onOpenChange={setChanging}
        title={t("payout.changeTitle")}
        description={t("payout.changeText")}
        testId="payout-dialog"
      >
        <Change {...props} done={() => setChanging(false)} />
      </Dialog>
    </Card>
  );
}

/** What the network has credited and not paid out. */
export function Credited({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const none = (parseWei(state.earnings.credited) ?? 0n) === 0n;
  return (
    <div className="mt-3 border-t border-line pt-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <p className="text-[13px] text-soft">{t("payout.credited")}</p>
          <p data-testid="credited" data-wei={state.earnings.credited}>
            <Amount wei={state.earnings.credited} className="text-lg font-semibold" />
          </p>
        </div>
        {!none && (
          <Button
            data-testid="withdraw"
            disabled={busy || stale}
            onClick={() =>
              act(async () => {
                await agent.ask("withdraw");
                toast.success(t("payout.withdrawn"));
              })
            }
          >
            {busy && <LoaderCircle className="size-4 animate-turn" />}
            {t(busy ? "payout.withdrawing" : "payout.withdraw")}
          </Button>
        )}
      </div>
      <p className="mt-1 text-xs leading-relaxed text-soft">
        {t(none ? "payout.creditedNone" : "payout.creditedText")}
      </p>
      <Problem text={problem} />
    </div>
  );
}

function Change({ agent, state, stale, done }: ScreenProps & { done: () => void }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const own = state.wallet.address;
  const now = state.node.payout_next || state.node.payout;
  const [other, setOther] = useState(now !== own);
  const [address, setAddress] = useState(now !== own ? now : "");
  const [typed, setTyped] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const word = t("payout.word");
  const asks = state.wallet.passphrase_in === "owner";
  const meant = typed.trim().toLocaleLowerCase() === word.toLocaleLowerCase();
  const ready = (!other || address.trim()) && (!other || meant) && (!asks || passphrase);
  const change = (e: FormEvent) => {
    e.preventDefault();
    if (!ready || stale) return;
    const wish: SetPayout = { address: other ? address : "", passphrase };
    void act(async () => {
      await agent.ask("setPayout", wish);
      toast.success(t("payout.changed"));
      done();
    });
  };
  return (
    <form onSubmit={change} className="grid gap-4">
      <fieldset className="grid gap-2">
        <legend className="sr-only">{t("payout.changeTitle")}</legend>
        <Choice
          name="payout"
          value="own"
          checked={!other}
          onChoose={() => setOther(false)}
          title={t("payout.toOwn")}
          text={
            <span className="font-mono text-xs [overflow-wrap:anywhere]" translate="no">
              {own}
            </span>
          }
        />
        <Choice
          name="payout"
          value="other"
          checked={other}
          onChoose={() => setOther(true)}
          title={t("payout.toOther")}
        />
      </fieldset>
      {other && (
        <>
          <Field
            label={t("payout.label")}
            help={t("payout.help")}
            placeholder="0x…"
            className="mt-1.5 block h-11 w-full rounded-lg border border-edge bg-card px-3.5 font-mono text-sm placeholder:text-soft"
            value={address}
            onChange={(e) => setAddress(e.target.value)}
          />
          <p className="rounded-xl border border-wait/35 bg-wait-tint px-4 py-3 text-sm leading-relaxed">
            {t("payout.consequence")} {t("payout.consequenceStake")}
          </p>
          <Field label={t("confirm.type", { word })} value={typed} onChange={(e) => setTyped(e.target.value)} />
        </>
      )}
      {state.node.chain !== "quit" && <p className="text-[13px] leading-relaxed text-soft">{t("payout.waits")}</p>}
      {asks && (
        <Field
          type="password"
          label={t("confirm.passphrase")}
          autoComplete="current-password"
          value={passphrase}
          onChange={(e) => setPassphrase(e.target.value)}
        />
      )}
      <Problem text={problem} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button className="h-10" onClick={done}>
          {t("cancel")}
        </Button>
        <Button type="submit" kind={other ? "danger" : "primary"} className="h-10" disabled={busy || stale || !ready}>
          {busy && <LoaderCircle className="size-4 animate-turn" />}
          {t(other ? "payout.confirm" : "payout.confirmOwn")}
        </Button>
      </div>
    </form>
  );
}
