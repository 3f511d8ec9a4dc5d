import { Globe } from "lucide-react";
import { useId, useState } from "react";
import { isLanguage, languages, useText } from "../lib/i18n";
import { pageLanguage } from "./language";

/** The language of the page, which is the browser's until another is chosen. */
export function LanguageChoice() {
  const t = useText();
  const id = useId();
  const [chosen, choose] = useState(pageLanguage.kept());
  return (
    <div className="flex items-center gap-2 border-t border-line px-5 py-2 text-xs text-soft">
      <Globe className="size-3.5 shrink-0" aria-hidden="true" />
      <label htmlFor={id} className="sr-only">
        {t("chat.language")}
      </label>
      <select
        id={id}
        value={chosen}
        onChange={(e) => {
          const choice = isLanguage(e.target.value) ? e.target.value : "";
          choose(choice);
          pageLanguage.choose(choice).catch(() => choose(pageLanguage.kept()));
        }}
        className="touch h-8 min-w-0 flex-1 rounded-lg border border-line bg-card px-2 text-[13px] text-ink"
      >
        <option value="">{t("chat.languageSystem")}</option>
        {Object.entries(languages).map(([language, { name, tag }]) => (
          <option key={language} value={language} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
