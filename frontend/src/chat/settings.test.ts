import { expect, it } from "vitest";
import { parseSettings } from "./settings";

it.each([
  [null, {}],
  ["nonsense", {}],
  ["7", {}],
  ['{"model":"m","temperature":0,"maxTokens":64,"seed":0}', { model: "m", temperature: 0, maxTokens: 64, seed: 0 }],
  ['{"maxFee":"2,50"}', { maxFee: "2.5" }],
  ['{"maxFee":"0"}', {}],
  ['{"maxFee":2.5}', {}],
  ['{"model":1,"temperature":9,"maxTokens":1.5,"seed":-1}', {}],
])("settings %j", (text, want) => {
  expect(JSON.parse(JSON.stringify(parseSettings(text)))).toEqual(want);
});
