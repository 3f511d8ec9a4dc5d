import { TriangleAlert } from "lucide-react";
import { useText } from "../../lib/i18n";
import { Notice } from "../../ui/notice";
import type { ScreenProps } from "../screens";
import { About } from "./about";
import { DesktopPart } from "./desktop";
import { DownloadsPart } from "./downloads";
import { General } from "./general";
import { LogPart } from "./log";
import { NetworkPart } from "./network";

/** What nothing else has a screen for. */
export function Settings(props: ScreenProps) {
  const t = useText();
  const { reason } = props.state.settings;
  return (
    <div className="mx-auto grid w-full max-w-3xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-7 sm:py-6">
      <h1 className="text-xl font-semibold tracking-tight sm:text-2xl">{t("settings.title")}</h1>
      {reason && (
        <Notice
          kind="wait"
          icon={<TriangleAlert />}
          title={t("settings.unreadable")}
          detail={t("settings.unreadable.text")}
        />
      )}
      <General {...props} />
      <DesktopPart {...props} />
      <NetworkPart {...props} />
      <DownloadsPart {...props} />
      <LogPart {...props} />
      <About {...props} />
    </div>
  );
}
