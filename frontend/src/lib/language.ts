import { type Catalog, isLanguage, type Language, languageFor, showLanguage } from "./i18n";

/** A person's choice: a language, or "" for the first of the reader's languages that Helium speaks. */
export type LanguageChoice = Language | "";

/** All texts of a language are a file of the built page, which only its readers fetch; English may be there already. */
export type Fetchers = Partial<Record<Language, () => Promise<{ texts: Catalog }>>>;

/** The language of a page: what was chosen on it is kept in the browser under a name. */
export class PageLanguage {
  #asked = 0;

  constructor(
    private readonly name: string,
    private readonly fetchers: Fetchers,
    /** Is told of a language that is shown now. */
    private readonly shown: (language: Language) => void = () => {},
  ) {}

  /** Shows a choice, once its texts are here; a later choice wins over one that is still on its way. */
  async choose(choice: LanguageChoice): Promise<void> {
    const mine = ++this.#asked;
    const language = choice || languageFor(navigator.languages);
    const texts = (await this.fetchers[language]?.())?.texts ?? {};
    if (mine !== this.#asked) return;
    this.#keep(choice);
    showLanguage(language, texts);
    this.shown(language);
  }

  /** What was chosen on this page before. */
  kept(): LanguageChoice {
    try {
      const text = localStorage.getItem(this.name);
      return isLanguage(text) ? text : "";
    } catch {
      return "";
    }
  }

  #keep(choice: LanguageChoice) {
    try {
      if (choice) localStorage.setItem(this.name, choice);
      else localStorage.removeItem(this.name);
    } catch {
      // A browser that keeps nothing goes by its own language each time.
    }
  }
}
