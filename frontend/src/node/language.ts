import { type Catalog, isLanguage, type Language, languageFor, showLanguage } from "../lib/i18n";

/** A person's choice: a language, or "" for the first of the system's languages that Helium speaks. */
export type LanguageChoice = Language | "";

const kept = "helium-language";

const catalogs = import.meta.glob<Catalog>(
  ["../lib/locales/*.json", "!../lib/locales/en.json", "!../lib/locales/*-chat.json", "!../lib/locales/en-*.json"],
  { import: "default" },
);

let asked = 0;

/** Shows a choice, once its texts are here; a later choice wins over one that is still on its way. */
export async function chooseLanguage(choice: LanguageChoice): Promise<void> {
  const mine = ++asked;
  const language = choice || languageFor(navigator.languages);
  const texts = await textsOf(language);
  if (mine !== asked) return;
  keep(choice);
  showLanguage(language, texts);
}

async function textsOf(language: Language): Promise<Catalog> {
  const parts = Object.entries(catalogs).filter(([path]) => /\/([a-z]+)(-[a-z]+)?\.json$/.exec(path)?.[1] === language);
  return Object.assign({}, ...(await Promise.all(parts.map(([, fetch]) => fetch()))));
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
