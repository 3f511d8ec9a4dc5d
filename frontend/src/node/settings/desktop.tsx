import type { Desktop } from "../../lib/api.gen";
import { type Translate, useText } from "../../lib/i18n";
import { said } from "../../lib/said";
import { Switch } from "../../ui/switch";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Problem } from "../setup/frame";
import { Part } from "./part";

type Unable = NonNullable<ScreenProps["state"]["desktop"]["unable"]>[number];

const notices = ["first_earning", "slashed", "kicked_out", "low_gas", "update"] as const;

/** How Helium lives on this desktop; what does not hold here says why. */
export function DesktopPart({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const { problem, busy, act } = useAct();
  const { settings, unable } = state.desktop;
  const set = (change: Partial<Desktop>) =>
    act(() => agent.ask("setDesktop", { ...settings, ...change }).then(() => {}));
  const why = (choice: Unable["choice"]) => (unable ?? []).find((u) => u.choice === choice);
  const login = why("start_at_login");
  const tray = why("close_to_tray");
  const notify = why("notify");
  return (
    <Part title={t("settings.desktop")} testId="desktop">
      <Switch
        label={t("settings.login")}
        text={login ? whyText(t, login) : t("settings.login.text")}
        checked={settings.start_at_login && !login}
        disabled={stale || busy || login !== undefined}
        onChange={(start_at_login) => set({ start_at_login })}
      />
      <Switch
        label={t("settings.tray")}
        text={tray ? whyText(t, tray) : t("settings.tray.text")}
        checked={settings.close_to_tray && !tray}
        disabled={stale || busy || tray !== undefined}
        onChange={(close_to_tray) => set({ close_to_tray })}
      />
      <fieldset className="mt-2 border-t border-line pt-3">
        <legend className="float-left w-full text-sm font-medium">{t("settings.notify")}</legend>
        <p className="clear-both text-[13px] text-soft">{notify ? whyText(t, notify) : t("settings.notify.text")}</p>
        <div className="mt-1">
          {notices.map((name) => (
            <Switch
              key={name}
              label={t(`settings.notify.${name}`)}
              checked={settings.notify[name] && !notify}
              disabled={stale || busy || notify !== undefined}
              onChange={(on) => set({ notify: { ...settings.notify, [name]: on } })}
            />
          ))}
        </div>
      </fieldset>
      <Problem text={problem} />
    </Part>
  );
}

function whyText(t: Translate, { why, detail }: Unable): string {
  return [t(`settings.unable.${why}`), said(t, undefined, detail)].filter(Boolean).join(" ");
}
