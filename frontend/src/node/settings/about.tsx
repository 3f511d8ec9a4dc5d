import { useText } from "../../lib/i18n";
import { openOutside } from "../../lib/native";
import type { ScreenProps } from "../screens";
import { Part } from "./part";

export function About({ state }: ScreenProps) {
  const t = useText();
  return (
    <Part title={t("settings.about")} testId="about">
      <p className="text-sm">{t("settings.about.version", { version: state.version })}</p>
      <p className="mt-1 text-[13px] leading-relaxed text-soft">
        {t("settings.about.text")}{" "}
        <a
          href={new URL("licences.txt", document.baseURI).href}
          target="_blank"
          rel="noreferrer"
          onClick={openOutside}
          className="text-accent underline underline-offset-2"
        >
          {t("settings.about.licences")}
        </a>
      </p>
    </Part>
  );
}
