import { type I18n, i18n } from "@lingui/core";
import { I18nProvider, useLingui } from "@lingui/react";
import type { ReactNode } from "react";
import en from "./locales/en.json";
import type chat from "./locales/en-chat.json";
import type computer from "./locales/en-computer.json";
import type earnings from "./locales/en-earnings.json";
import type models from "./locales/en-models.json";
import type node from "./locales/en-node.json";
import type notices from "./locales/en-notices.json";
import type reasons from "./locales/en-reasons.json";
import type said from "./locales/en-said.json";
import type settings from "./locales/en-settings.json";
import type setup from "./locales/en-setup.json";
import type stake from "./locales/en-stake.json";
import type wallet from "./locales/en-wallet.json";
import type when from "./locales/en-when.json";

/** The name of a message; a name that isn't in the English catalogs doesn't compile. */
export type MessageId =
  | keyof typeof en
  | keyof typeof chat
  | keyof typeof computer
  | keyof typeof earnings
  | keyof typeof models
  | keyof typeof node
  | keyof typeof reasons
  | keyof typeof notices
  | keyof typeof said
  | keyof typeof settings
  | keyof typeof setup
  | keyof typeof stake
  | keyof typeof wallet
  | keyof typeof when;
export type Values = Record<string, string | number>;
export type Translate = (id: MessageId, values?: Values) => string;
export type Catalog = Partial<Record<MessageId, unknown>>;

/** The languages that the texts are in: how each is called by those who speak it, and its tag in a page. */
export const languages = {
  en: { name: "English", tag: "en" },
  zh: { name: "简体中文", tag: "zh-Hans" },
  es: { name: "Español", tag: "es" },
  de: { name: "Deutsch", tag: "de" },
} as const;
export type Language = keyof typeof languages;

const english: Catalog = {};
let translated: Catalog = {};
addTexts(en);
i18n.activate("en");

/** Adds an English catalog that not every page needs. English stands in for what another language lacks. */
export function addTexts(catalog: Catalog) {
  Object.assign(english, catalog);
  load("en", english);
  if (i18n.locale && i18n.locale !== "en") load(i18n.locale, { ...english, ...translated });
}

/** Adds texts to the language that is shown, if it is that one. */
export function addTranslation(language: Language, texts: Catalog) {
  if (i18n.locale !== language) return;
  Object.assign(translated, texts);
  load(language, { ...english, ...translated });
}

/** Whether the page is in English: then the agent's own words do. */
export const isEnglish = () => i18n.locale === "en";

/** Whether a text is here in the language that is shown. */
export const hasText = (id: MessageId) => id in i18n.messages;

function load(language: string, texts: Catalog) {
  i18n.load({ [language]: texts as Parameters<I18n["load"]>[1] as never });
}

/** The language of numbers and dates: that of the words once one is set, and the reader's own before. */
export let locale: string = localeOf(globalThis.navigator?.language);

/** Webviews pass the system's "C" on, which is no language. */
export function localeOf(language: string | undefined): string {
  return language === undefined ? "en" : (canonical(language) ?? "en");
}

function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

function localesOf(tags: readonly string[]): Intl.Locale[] {
  return tags.flatMap((tag) => canonical(tag) ?? []).map((tag) => new Intl.Locale(tag));
}

/** The first of a reader's languages that the texts are in, or else English. */
export function languageFor(wanted: readonly string[]): Language {
  return (localesOf(wanted).find((l) => isLanguage(l.language))?.language as Language | undefined) ?? "en";
}

export function isLanguage(text: string | null | undefined): text is Language {
  return text != null && Object.hasOwn(languages, text);
}

/** How numbers are written in a language: as in the reader's own country, where they named one that writes it so. */
export function localeFor(language: Language, wanted: readonly string[]): string {
  const { tag } = languages[language];
  const { script } = new Intl.Locale(tag);
  // Which script a tag stands for takes tables that a start need not read for most languages.
  const writes = (l: Intl.Locale) => !script || l.maximize().script === script;
  const own = localesOf(wanted).find((l) => l.language === language && writes(l));
  return own?.toString() ?? tag;
}

/** Shows the page in a language, with its texts. */
export function showLanguage(language: Language, texts: Catalog, wanted: readonly string[] = navigator.languages) {
  locale = localeFor(language, wanted);
  document.documentElement.lang = languages[language].tag;
  translated = { ...texts };
  load(language, { ...english, ...translated });
  i18n.activate(language, locale);
}

export function useText(): Translate {
  const { i18n: active } = useLingui();
  return (id, values) => active._(id, values);
}

export function Languages({ children }: { children: ReactNode }) {
  return <I18nProvider i18n={i18n}>{children}</I18nProvider>;
}
