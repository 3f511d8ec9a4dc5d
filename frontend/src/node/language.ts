import { type Catalog, isLanguage, type Language, languageFor, showLanguage } from "../lib/i18n";

/** A person's choice: a language, or "" for the first of the system's languages that Helium speaks. */
export type LanguageChoice = Language | "";

const kept = "helium-language";

/** All texts of a language are one file of the built page, which only its readers fetch. */
const fetchers: Record<Exclude<Language, "en">, () => Promise<{ texts: Catalog }>> = {
  zh: () => import("./languages/language-zh"),
  es: () => import("./languages/language-es"),
  de: () => import("./languages/language-de"),
};

let asked = 0;

/** Shows a choice, once its texts are here; a later choice wins over one that is still on its way. */
export async function chooseLanguage(choice: LanguageChoice): Promise<void> {
  const mine = ++asked;
  const language = choice || languageFor(navigator.languages);
  const texts = language === "en" ? {} : (await fetchers[language]()).texts;
  if (mine !== asked) return;
  keep(choice);
  showLanguage(language, texts);
}

/** What was chosen on this page before: the agent keeps it too, and is asked only later. */
export function keptLanguage(): LanguageChoice {
  try {
    const text = localStorage.getItem(kept);
    return isLanguage(text) ? text : "";
  } catch {
    return "";
  }
}

function keep(choice: LanguageChoice) {
  try {
    if (choice) localStorage.setItem(kept, choice);
    else localStorage.removeItem(kept);
  } catch {
    // A browser that keeps nothing asks the agent each time.
  }
}
