import { LoaderCircle } from "lucide-react";
import { toast } from "sonner";
import { Link } from "wouter";
import type { State } from "../../lib/api.gen";
import { locale, useText } from "../../lib/i18n";
import { parseWei } from "../../lib/wei";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Amount } from "../card";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Problem } from "../setup/frame";
import { QR } from "../setup/qr";
import { Credited } from "../stake/payout";
import { Secrets } from "./secrets";
import { Send } from "./send";
import { Sent } from "./sent";

/** The owner's money: what there is, where to send more, sending it on, and keeping it safe. */
export function WalletScreen(props: ScreenProps) {
  const { state } = props;
  const t = useText();
  const { wallet } = state;
  return (
    <div className="mx-auto grid w-full max-w-5xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-7 sm:py-6">
      <h1 className="text-2xl font-semibold tracking-tight">{t("wallet.title")}</h1>
      {wallet.address ? (
        <>
          <Have {...props} />
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-2">
            <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
              <Send {...props} />
              <Sent state={state} />
            </div>
            <div>
              <Secrets {...props} />
            </div>
          </div>
        </>
      ) : (
        <p className="text-sm text-soft" role="status">
          {t("wallet.none")}
        </p>
      )}
    </div>
  );
}

function Have(props: ScreenProps) {
  const { state } = props;
  const t = useText();
  const { wallet, node } = state;
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-px overflow-hidden rounded-2xl border border-line bg-line sm:grid-cols-2">
      <div className="bg-card px-5 py-4">
        <h2 className="text-[13px] font-semibold text-soft">{t("wallet.balance")}</h2>
        <p className="mt-1" data-testid="balance" data-wei={wallet.balance} aria-live="polite">
          <Amount wei={wallet.balance} className="text-3xl font-semibold tracking-tight" />
        </p>
        <p className="mt-1.5 flex flex-wrap items-baseline gap-x-2 text-sm text-soft">
          {t("wallet.stake")}
          <Amount wei={node.stake} className="font-medium text-ink" />
          <Link href="/node" className="text-accent underline underline-offset-2">
            {t("wallet.stakeLink")}
          </Link>
        </p>
        <Credited {...props} />
      </div>
      <div className="flex flex-wrap content-start items-start gap-x-5 gap-y-3 bg-card px-5 py-4">
        <div className="min-w-0 flex-1 basis-44">
          <h2 className="text-[13px] font-semibold text-soft">{t("wallet.receive")}</h2>
          <p className="mt-1.5 flex items-start gap-1">
            <code
              data-testid="address"
              className="min-w-0 font-mono text-[13px] leading-relaxed [overflow-wrap:anywhere]"
              translate="no"
            >
              {wallet.address}
            </code>
            <CopyButton text={wallet.address} what={t("wallet.addressCopy")} className="size-7 [&_svg]:size-3.5" />
          </p>
          <p className="mt-1.5 text-xs leading-relaxed text-soft text-pretty">{t("wallet.receiveText")}</p>
        </div>
        <QR text={wallet.address} label={t("wallet.qr")} className="size-32 shrink-0 rounded-lg border border-line" />
        <Fees {...props} />
      </div>
    </section>
  );
}

/** More than this nobody counts. */
const many = 1000;

/** How far the coins for fees go, in actions rather than in gas. */
export function feesText(t: ReturnType<typeof useText>, wallet: State["wallet"]): string {
  const { gas_for: count, sponsored } = wallet;
  if (count === undefined) return t("wallet.fees.unknown");
  if (count === 0) return t(sponsored ? "wallet.fees.sponsored" : "wallet.fees.none");
  if (count > many) return t("wallet.fees.many", { count: new Intl.NumberFormat(locale).format(many) });
  return t("wallet.fees.some", { count });
}

function Fees({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const lacks = state.wallet.gas_for === 0 || (parseWei(state.wallet.balance) ?? 0n) === 0n;
  return (
    <div className="w-full border-t border-line pt-3">
      <p className="text-[13px] text-soft">{t("wallet.fees")}</p>
      <p className="mt-0.5 text-sm leading-relaxed text-pretty" data-testid="fees">
        {feesText(t, state.wallet)}
      </p>
      {state.network.has_faucet && lacks && (
        <Button
          className="mt-2"
          disabled={busy || stale}
          onClick={() =>
            act(async () => {
              await agent.ask("askFaucet");
              await agent.ask("retry");
              toast.success(t("wallet.faucetCame"));
            })
          }
        >
          {busy && <LoaderCircle className="size-4 animate-turn" />}
          {t(busy ? "wallet.faucetAsking" : "wallet.faucet")}
        </Button>
      )}
      <Problem text={problem} />
    </div>
  );
}
