import { type I18n, i18n } from "@lingui/core";
import { I18nProvider, useLingui } from "@lingui/react";
import type { ReactNode } from "react";
import en from "./locales/en.json";
import type models from "./locales/en-models.json";
import type setup from "./locales/en-setup.json";

/** The name of a message; a name that isn't in the English catalogs doesn't compile. */
export type MessageId = keyof typeof en | keyof typeof setup | keyof typeof models;
export type Values = Record<string, string | number>;
export type Translate = (id: MessageId, values?: Values) => string;

addTexts(en);
i18n.activate("en");

/** Adds a catalog that not every page needs. */
export function addTexts(catalog: Partial<Record<MessageId, unknown>>) {
  i18n.load({ en: catalog as Parameters<I18n["load"]>[1] as never });
}

/** The language of numbers and dates: the reader's own, also where the words are not. */
export const locale: string = localeOf(globalThis.navigator?.language);

/** Webviews pass the system's "C" on, which is no language. */
export function localeOf(language: string | undefined): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? "en";
  } catch {
    return "en";
  }
}

export function useText(): Translate {
  const { i18n: active } = useLingui();
  return (id, values) => active._(id, values);
}

export function Languages({ children }: { children: ReactNode }) {
  return <I18nProvider i18n={i18n}>{children}</I18nProvider>;
}
