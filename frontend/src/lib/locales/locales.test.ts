import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setupI18n } from "@lingui/core";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { expect, it } from "vitest";

type Catalog = Record<string, string>;

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8")) as Catalog;

/** What a text is given. */
const names = (text: string) =>
  [...new Set([...text.matchAll(/\{\s*(\w+)\s*[,}]/g)].map((match) => match[1] ?? ""))].sort();

/** What a text says when every value is 2. */
function said(language: string, text: string): string {
  const i18n = setupI18n({ locale: language, messages: { [language]: { text: compileMessage(text) } } });
  return i18n._("text", Object.fromEntries(names(text).map((n) => [n, 2])));
}

const parts = ["stake", "wallet", "reasons"];

for (const part of parts) {
  const english = read(`en-${part}.json`);
  const others = readdirSync(import.meta.dirname).filter((f) => f.endsWith(`-${part}.json`) && !f.startsWith("en-"));
  it(`${part} is there in every language`, () =>
    expect(others.sort()).toEqual([`de-${part}.json`, `es-${part}.json`, `zh-${part}.json`]));
  for (const file of others) {
    const language = file.slice(0, 2);
    const catalog = read(file);
    it(`${file} has every text, and each is given what the English one is`, () => {
      expect(Object.keys(catalog).sort()).toEqual(Object.keys(english).sort());
      for (const [id, text] of Object.entries(english)) {
        const own = catalog[id] ?? "";
        expect(names(own), id).toEqual(names(text));
        expect(said(language, own), id).toMatch(/^[^{}]+$/);
        if (text.length > 12) expect(said(language, own), id).not.toBe(said("en", text));
      }
    });
  }
}
