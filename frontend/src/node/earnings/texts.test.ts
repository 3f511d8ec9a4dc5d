import { compileMessage } from "@lingui/message-utils/compileMessage";
import { describe, expect, it } from "vitest";
import de from "../../lib/locales/de-earnings.json";
import en from "../../lib/locales/en-earnings.json";
import es from "../../lib/locales/es-earnings.json";
import zh from "../../lib/locales/zh-earnings.json";

/** What a message is given, by name. */
function given(message: unknown, names = new Set<string>()): Set<string> {
  if (!Array.isArray(message)) return names;
  for (const part of message) {
    if (!Array.isArray(part)) continue;
    names.add(String(part[0]));
    for (const choice of Object.values(part[2] ?? {})) given(choice, names);
  }
  return names;
}

describe.each([
  ["de", de],
  ["es", es],
  ["zh", zh],
])("the texts in %s", (_, texts) => {
  it("are those there are in English", () => expect(Object.keys(texts)).toEqual(Object.keys(en)));

  it.each(Object.entries(en))("%s takes what it takes in English", (id, english) => {
    const text = (texts as Record<string, string>)[id] ?? "";
    expect(text).not.toBe("");
    // The catalogs are compiled where they are imported.
    const compiled = (message: unknown) => (typeof message === "string" ? compileMessage(message) : message);
    expect([...given(compiled(text))].sort()).toEqual([...given(compiled(english))].sort());
  });
});
