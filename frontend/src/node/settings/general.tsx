import { Globe, Monitor, Moon, Sun } from "lucide-react";
import { RadioGroup } from "radix-ui";
import { useId } from "react";
import { isLanguage, languageFor, languages, useText } from "../../lib/i18n";
import type { Look } from "../look";
import type { ScreenProps } from "../screens";
import { Problem } from "../setup/frame";
import { useChosen } from "./chosen";
import { Part, Row, selectLook } from "./part";

const looks: [Look, typeof Sun][] = [
  ["system", Monitor],
  ["light", Sun],
  ["dark", Moon],
];

/** Language and appearance: both hold at once, everywhere. */
export function General({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const look = useId();
  const language = useChosen(state.settings.language, (value) => agent.ask("setLanguage", value));
  const appearance = useChosen(state.settings.appearance, (value) => agent.ask("setAppearance", value));
  return (
    <Part title={t("settings.general")}>
      <Row label={t("settings.language")} htmlFor="language">
        <LanguageSelect id="language" chosen={language.chosen} disabled={stale} onChoose={language.choose} />
      </Row>
      <Row label={t("settings.look")} id={look}>
        <RadioGroup.Root
          value={appearance.chosen}
          disabled={stale}
          onValueChange={(value) => appearance.choose(value as Look)}
          aria-labelledby={look}
          className="flex flex-wrap gap-1 rounded-lg border border-line bg-sunken p-1"
        >
          {looks.map(([value, Icon]) => (
            <RadioGroup.Item
              key={value}
              value={value}
              className="touch inline-flex h-7.5 items-center gap-2 rounded-md px-3 text-sm text-soft data-[state=checked]:bg-card data-[state=checked]:font-medium data-[state=checked]:text-ink data-[state=checked]:ring-1 data-[state=checked]:ring-edge/50"
            >
              <Icon className="size-4" aria-hidden="true" />
              {t(`settings.look.${value}`)}
            </RadioGroup.Item>
          ))}
        </RadioGroup.Root>
      </Row>
      <Problem text={language.problem || appearance.problem} />
    </Part>
  );
}

/** The language, where there is no way to the settings yet. */
export function LanguageCorner({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const language = useChosen(state.settings.language, (value) => agent.ask("setLanguage", value));
  return (
    <span className="inline-flex items-center gap-1.5 text-soft sm:me-4">
      <Globe className="size-4 max-sm:hidden" aria-hidden="true" />
      <label htmlFor="language" className="sr-only">
        {t("settings.language")}
      </label>
      <LanguageSelect
        id="language"
        chosen={language.chosen}
        disabled={stale}
        onChoose={language.choose}
        className="touch h-8 max-w-28 rounded-lg sm:max-w-44 bg-transparent px-1 text-[13px] text-soft hover:text-ink [&>option]:bg-card [&>option]:text-ink"
      />
    </span>
  );
}

/** Every language by its own name, and the system's. */
export function LanguageSelect(props: {
  id: string;
  chosen: string;
  disabled?: boolean;
  onChoose: (language: string) => void;
  className?: string;
}) {
  const t = useText();
  return (
    <select
      id={props.id}
      value={isLanguage(props.chosen) ? props.chosen : ""}
      disabled={props.disabled}
      onChange={(e) => props.onChoose(e.target.value)}
      className={props.className ?? selectLook}
    >
      <option value="">
        {t("settings.language.system", { name: languages[languageFor(navigator.languages)].name })}
      </option>
      {Object.entries(languages).map(([language, { name, tag }]) => (
        <option key={language} value={language} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
