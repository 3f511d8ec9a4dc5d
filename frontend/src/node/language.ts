import { addTranslation } from "../lib/i18n";
import { type Fetchers, type LanguageChoice, PageLanguage } from "../lib/language";

export type { LanguageChoice };

const fetchers: Fetchers = {
  zh: () => import("./languages/language-zh"),
  es: () => import("./languages/language-es"),
  de: () => import("./languages/language-de"),
};

/** What the agent and the chat say, which the first screen mostly has none of, comes after it. In English the agent says it itself. */
const sayings: Fetchers = {
  zh: () => import("./languages/said-zh"),
  es: () => import("./languages/said-es"),
  de: () => import("./languages/said-de"),
};

const page = new PageLanguage("helium-language", fetchers, (language) => {
  // Where that can't be fetched it stays unsaid; what it is about is named all the same.
  sayings[language]?.().then(
    ({ texts }) => addTranslation(language, texts),
    () => {},
  );
});

export const chooseLanguage = (choice: LanguageChoice) => page.choose(choice);

/** What was chosen on this page before: the agent keeps it too, and is asked only later. */
export const keptLanguage = () => page.kept();
