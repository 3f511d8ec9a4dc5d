import { i18n } from "@lingui/core";
import { expect, test } from "vitest";
import { addTexts, languageFor, locale, localeFor, localeOf, showLanguage } from "./i18n";

test("what is no language is English", () => {
  for (const no of ["C", "", "en_US.UTF-8", undefined]) expect(localeOf(no)).toBe("en");
  expect(localeOf("de-ch")).toBe("de-CH");
});

test.each([
  [["de-AT", "en"], "de", "de-AT"],
  [["fr-FR", "es-MX", "de"], "es", "es-MX"],
  [["C", "zh-CN"], "zh", "zh-CN"],
  // Texts are in simplified characters, and so are the dates between them.
  [["zh-TW"], "zh", "zh-Hans"],
  [["zh-Hant", "zh-SG"], "zh", "zh-SG"],
  [["fr", "tlh"], "en", "en"],
  [[], "en", "en"],
])("who reads %s is shown %s, with numbers of %s", (wanted, language, numbers) => {
  const shown = languageFor(wanted);
  expect(shown).toBe(language);
  expect(localeFor(shown, wanted)).toBe(numbers);
});

test("a language is shown with its numbers and the page's own tag", () => {
  showLanguage("zh", {}, ["en-GB"]);
  expect([locale, document.documentElement.lang]).toEqual(["zh-Hans", "zh-Hans"]);
  showLanguage("en", {}, ["en-GB"]);
  expect([locale, document.documentElement.lang]).toEqual(["en-GB", "en"]);
});

test("English stands in for what a language lacks, also for what is added later", () => {
  showLanguage("de", { copied: ["Kopiert"] }, []);
  expect([i18n._("copied"), i18n._("close")]).toEqual(["Kopiert", "Close"]);
  addTexts({ "chat.new": ["New chat"] });
  expect([i18n._("copied"), i18n._("chat.new")]).toEqual(["Kopiert", "New chat"]);
  showLanguage("en", {}, []);
  expect(i18n._("copied")).toBe("Copied");
});
