import { expect, it } from "vitest";
import { bits, enough, strengthOf } from "./strength";

it("tells what is easy to guess from what is not", () => {
  const known: [string, ReturnType<typeof strengthOf>][] = [
    ["", "weak"],
    ["short", "weak"],
    ["aaaaaaaaaaaaaaaaaaaa", "weak"],
    ["12345678901234567890", "weak"],
    ["qwertyuiop", "weak"],
    ["password1234", "weak"],
    ["abcabcabcabcabc", "weak"],
    ["sunshine", "weak"],
    ["correct horse", "weak"],
    ["correct horse runs", "fair"],
    ["correct horse battery", "fair"],
    ["correct horse battery staple", "good"],
    ["correct horse battery staple zebra", "strong"],
    ["kV7#pq2!", "good"],
    ["kV7#pq2!mZ9$", "strong"],
  ];
  for (const [text, want] of known) expect(`${text}: ${strengthOf(text)}`).toBe(`${text}: ${want}`);
});

it("never counts a longer text as weaker", () => {
  for (const text of ["correct horse battery staple", "kV7#pq2!mZ9$", "aaaa1111"]) {
    for (let n = 2; n <= text.length; n++) expect(bits(text.slice(0, n))).toBeGreaterThanOrEqual(0);
  }
  expect(bits("correct horse battery")).toBeGreaterThan(bits("correct horse"));
});

it("takes at least eight characters", () => {
  expect(enough("k#7Q!z2")).toBe(false);
  expect(enough("k#7Q!z2w")).toBe(true);
});
