import { describe, expect, it } from "vitest";
import { distance, hashOf, type Pixels } from "./imagehash";

/** The picture that inference/imagehash tests with: waves of several lengths in each colour. */
function picture(seed: bigint, width: number, height: number): Pixels {
  let state = seed;
  const next = (n: bigint) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % n);
  };
  const waves = [0, 1, 2].map(() =>
    Array.from({ length: 8 }, () => ({
      x: next(12000n) - 6000,
      y: next(12000n) - 6000,
      from: next(1000n),
      high: next(64n),
    })),
  );
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [c, colour] of waves.entries()) {
        let v = 0;
        for (const w of colour) {
          const at = (((Math.trunc((w.x * x) / width) + Math.trunc((w.y * y) / height) + w.from) % 1000) + 1000) % 1000;
          v += Math.trunc((w.high * Math.min(at, 1000 - at)) / 500);
        }
        data[4 * (y * width + x) + c] = Math.min(v, 255);
      }
    }
  }
  return { width, height, data };
}

describe("hashOf", () => {
  // Those of the original network, as in inference/imagehash.
  it.each([
    [1n, 512, 512, 0xfc167847504655fcn],
    [2n, 512, 512, 0xf80f5e7540e288d7n],
    [3n, 512, 768, 0xd5a2e7a4c0f3250fn],
    [4n, 768, 512, 0x9ed415d967757420n],
    [5n, 1024, 1024, 0x979c1184d11bb7ean],
    [6n, 640, 448, 0xdaec0cc79771116cn],
    [7n, 832, 1216, 0xf8d7ae0245be9e80n],
    [9n, 344, 680, 0xa7cdc74b85759844n],
    [10n, 64, 64, 0x89c60f4914be57f8n],
  ])("picture %i of %i×%i", (seed, width, height, want) => {
    expect(hashOf(picture(seed, width, height)).toString(16)).toBe(want.toString(16));
  });

  it("counts the bits that differ", () => {
    expect(distance(0xffn, 0xf0n)).toBe(4);
    expect(distance(0n, 0xffffffffffffffffn)).toBe(64);
    expect(distance(7n, 7n)).toBe(0);
  });
});
