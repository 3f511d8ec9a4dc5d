// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { describe, expect, it } from "vitest";

const dir = new URL("../../lib/locales/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, dir), "utf8")) as Record<string, string>;

type Token = string | [string, string?, (Record<string, unknown> | string)?];

/** What a message is filled with, and the cases that it tells apart by name. */
function holes(message: unknown): string[] {
  if (!Array.isArray(message)) return [];
  return (message as Token[]).flatMap((token) => {
    if (typeof token === "string") return [];
    const [arg, kind, cases] = token;
    if (typeof cases !== "object") return [arg];
    const keys = kind === "select" ? Object.keys(cases).map((key) => `${arg}=${key}`) : [];
    return [arg, ...keys, ...Object.values(cases).flatMap(holes)];
  });
}
const named = (text: string) => [...new Set(holes(compileMessage(text)))].filter((n) => n !== "#").sort();

for (const part of ["when", "computer"]) {
  const english = read(`en-${part}.json`);
  const others = readdirSync(dir).filter((f) => f.endsWith(`-${part}.json`) && !f.startsWith("en"));
  describe(`texts of ${part}`, () => {
    it("are there in the languages", () => {
      expect(others.sort()).toEqual([`de-${part}.json`, `es-${part}.json`, `zh-${part}.json`]);
    });
    it.each(others)("%s has every message, with the same holes", (file) => {
      const texts = read(file);
      expect(Object.keys(texts)).toEqual(Object.keys(english));
      for (const [id, text] of Object.entries(texts)) {
        expect(text.trim(), id).not.toBe("");
        expect(named(text), id).toEqual(named(english[id] ?? ""));
      }
    });
  });
}
