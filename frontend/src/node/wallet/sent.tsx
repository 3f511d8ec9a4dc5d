import { Check, Clock, X } from "lucide-react";
import type { State } from "../../lib/api.gen";
import { ago, shortHex } from "../../lib/format";
import { locale, useText } from "../../lib/i18n";
import { said } from "../../lib/said";
import { exactCNX, parseWei } from "../../lib/wei";
import { CopyButton } from "../../ui/copy";
import { Card } from "../card";

const signs = {
  sending: <Clock className="size-4 text-wait" />,
  sent: <Check className="size-4 text-good" />,
  failed: <X className="size-4 text-bad" />,
};

/** What was sent from here, and how far it has come. */
export function Sent({ state }: { state: State }) {
  const t = useText();
  const all = state.wallet.transfers ?? [];
  return (
    <Card title={t("send.last")}>
      {all.length === 0 && <p className="mt-1.5 text-sm text-soft">{t("send.none")}</p>}
      <ul className="mt-1 divide-y divide-line">
        {all.map((one) => (
          <li key={one.id} data-testid="transfer" data-state={one.state} className="flex items-center gap-3 py-2.5">
            <span aria-hidden="true">{signs[one.state]}</span>
            <div className="min-w-0 flex-1">
              <p className="numbers text-sm" title={one.to}>
                {t("send.entry", { amount: exactCNX(parseWei(one.amount) ?? 0n), address: shortHex(one.to) })}
              </p>
              <p className="text-xs text-soft [overflow-wrap:anywhere]">
                {[
                  t(`send.state.${one.state}`),
                  said(t, one.problem_said, one.problem),
                  ago(new Date(one.at).getTime(), new Date(state.now).getTime(), locale),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
            {one.tx && <CopyButton text={one.tx} what="tx" className="size-7 [&_svg]:size-3.5" />}
          </li>
        ))}
      </ul>
    </Card>
  );
}
