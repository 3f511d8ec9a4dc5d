import { describe, expect, it } from "vitest";
import { imageLimits, paramsOf, parseSettings, shapes, sides, sizeOf } from "./settings";

it.each([
  [null, {}],
  ["nonsense", {}],
  ["7", {}],
  ['{"model":"m","temperature":0,"maxTokens":64,"seed":0}', { model: "m", temperature: 0, maxTokens: 64, seed: 0 }],
  ['{"maxFee":"2,50"}', { maxFee: "2.5" }],
  ['{"maxFee":"0"}', {}],
  ['{"maxFee":2.5}', {}],
  ['{"model":1,"temperature":9,"maxTokens":1.5,"seed":-1}', {}],
  [
    '{"images":{"shape":"portrait","side":768,"count":3,"cfg":5.5,"avoid":"fog","maxFee":"3"}}',
    { images: { shape: "portrait", side: 768, count: 3, cfg: 5.5, avoid: "fog", maxFee: "3" } },
  ],
  [
    '{"images":{"shape":"round","side":99,"count":5,"steps":0,"cfg":21,"avoid":7,"seed":-1,"maxFee":"0"}}',
    { images: {} },
  ],
  ['{"images":7}', { images: {} }],
])("settings %j", (text, want) => {
  expect(JSON.parse(JSON.stringify(parseSettings(text)))).toEqual(want);
});

describe("sizeOf", () => {
  it.each(shapes.flatMap((shape) => sides.map((side) => [shape, side] as const)))(
    "%s at %i is run by the network",
    (shape, side) => {
      const { width, height } = sizeOf({ shape, side });
      for (const pixels of [width, height]) expect(pixels % 64).toBe(0);
      expect(width * height).toBeLessThanOrEqual(side * side);
      expect(width * height).toBeGreaterThan(0.9 * side * side);
      expect(width * height * imageLimits.count).toBeLessThanOrEqual(10 << 20);
      expect(Math.sign(width - height)).toBe({ square: 0, portrait: -1, landscape: 1 }[shape]);
    },
  );
});

describe("paramsOf", () => {
  const settings = {
    temperature: 0.5,
    seed: 1,
    images: { side: 768, shape: "landscape", seed: 2, avoid: "  " },
  } as const;
  it("are those of what the model makes", () => {
    expect(paramsOf(settings, { id: "t", makes: "text" })).toEqual({ model: "t", temperature: 0.5, seed: 1 });
    expect(paramsOf(settings, { id: "i", makes: "images" })).toEqual({
      makes: "images",
      model: "i",
      width: 896,
      height: 640,
      count: 1,
      seed: 2,
    });
    expect(paramsOf({}, undefined)).toEqual({ model: "" });
  });
});
