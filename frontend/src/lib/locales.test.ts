import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, type Token } from "@messageformat/parser";
import { expect, test } from "vitest";
import { type Language, languages } from "./i18n";

const folder = join(import.meta.dirname, "locales");
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, string>;
const files = readdirSync(folder).filter((f) => f.endsWith(".json"));
const parts = files.filter((f) => /^en(-|\.)/.test(f)).map((f) => f.slice(2));
const others = Object.keys(languages).filter((l) => l !== "en");

/** What a message takes. A language that counts in one form needs no plural. */
function argumentsOf(tokens: Token[]): string[] {
  const found = tokens.flatMap((token): string[] => {
    if (token.type === "argument" || token.type === "function") return [token.arg];
    if (token.type === "plural" || token.type === "selectordinal" || token.type === "select") {
      const arg = token.type === "select" ? `${token.arg}, select` : token.arg;
      return [arg, ...token.cases.flatMap((c) => argumentsOf(c.tokens))];
    }
    return [];
  });
  return [...new Set(found)].sort();
}

/** The forms of each plural of a message. */
function formsOf(tokens: Token[]): string[][] {
  return tokens.flatMap((token) =>
    token.type === "plural" ? [token.cases.map((c) => c.key), ...token.cases.flatMap((c) => formsOf(c.tokens))] : [],
  );
}

test("every language has a file for every part, and nothing else is there", () => {
  const wanted = parts.map((p) => `en${p}`).concat(others.flatMap((l) => parts.map((p) => l + p)));
  expect(files.toSorted()).toEqual(wanted.toSorted());
});

test("no two parts use one name", () => {
  const all = parts.flatMap((p) => Object.keys(read(`en${p}`)));
  expect(all.filter((key, i) => all.indexOf(key) !== i)).toEqual([]);
});

for (const language of others) {
  test.each(parts)(`${language}%s says what English says`, (part) => {
    const english = read(`en${part}`);
    const texts = read(language + part);
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted());
    const { pluralCategories } = new Intl.PluralRules(languages[language as Language].tag).resolvedOptions();
    for (const [key, text] of Object.entries(texts)) {
      expect(text.trim(), key).not.toBe("");
      expect(text, key).toBe(text.trim());
      const tokens = parse(text, { cardinal: pluralCategories, strict: true });
      // Spanish says "many" of millions only, and then as it says "other".
      const forms = pluralCategories.filter((c) => c !== "many");
      // A plural may only tell nothing from something.
      const counted = formsOf(tokens).filter((said) => said.some((form) => form !== "other" && !form.startsWith("=")));
      for (const said of counted) expect(said, key).toEqual(expect.arrayContaining(forms));
      if (formsOf(parse(english[key] ?? "")).some((said) => said.includes("one")) && forms.length > 1) {
        expect(counted.length, key).toBeGreaterThan(0);
      }
      expect(argumentsOf(tokens), key).toEqual(argumentsOf(parse(english[key] ?? "")));
    }
  });
}

test("Chinese sentences have Chinese punctuation", () => {
  const wrong = /[\u4e00-\u9fff][,:;?!]|[,:;?!][\u4e00-\u9fff]/;
  for (const part of parts) {
    expect(Object.entries(read(`zh${part}`)).filter(([, text]) => wrong.test(text))).toEqual([]);
  }
});
