import { useText } from "../../lib/i18n";
import { parseWei } from "../../lib/wei";
import { Confirm } from "../confirm";
import type { ScreenProps } from "../screens";
import { span } from "../span";
import { whole } from "./whole";

/** Asks before the node leaves the network, and says when its deposit comes back. */
export function StopDialog({
  agent,
  state,
  stale,
  open,
  onClose,
}: ScreenProps & { open: boolean; onClose: () => void }) {
  const t = useText();
  const { stake, stake_hold_seconds: hold } = state.node;
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t("stake.stop.title")}
      consequence={
        <>
          <p>{t("stake.stop.text")}</p>
          {(parseWei(stake) ?? 0n) > 0n && (
            <p className="mt-1.5">
              {hold > 0
                ? t("stake.stop.back", { amount: whole(stake), wait: span(hold) })
                : t("stake.stop.backNow", { amount: whole(stake) })}
            </p>
          )}
        </>
      }
      word={t("stake.stop.word")}
      action={t("stake.stop.confirm")}
      doing={t("action.stopping")}
      stale={stale}
      act={() => agent.call("stop")}
    >
      <p className="text-sm text-soft">{t("stake.stop.pauseInstead")}</p>
    </Confirm>
  );
}
