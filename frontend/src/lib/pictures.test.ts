import { describe, expect, it } from "vitest";
import { paint, pngFile } from "./picture.fixture";
import { dataURL, fileName, newSeed, pngOf } from "./pictures";

describe("pngOf", () => {
  it("is the file that base64 holds, and it goes back", async () => {
    const base64 = pngFile(paint(3, 256, 256)).toString("base64");
    const file = pngOf(base64);
    expect(file?.type).toBe("image/png");
    expect(await dataURL(file ?? new Blob())).toBe(`data:image/png;base64,${base64}`);
  });

  it("is nothing for what is no PNG file", () => {
    for (const no of ["", "AAAA", "not base64!", 7, null, undefined, btoa("<svg/>")]) expect(pngOf(no)).toBeNull();
  });
});

describe("fileName", () => {
  it.each([
    ["A blue boat, on a calm sea!", 0, 1, "a-blue-boat-on-a-calm-sea.png"],
    ["A blue boat", 1, 4, "a-blue-boat-2.png"],
    ["../../etc/passwd", 0, 1, "etc-passwd.png"],
    ["Ein grünes Haus 家", 0, 1, "ein-grünes-haus-家.png"],
    ["🎈", 2, 3, "picture-3.png"],
    ["word ".repeat(40), 0, 1, `${"word-".repeat(11)}word.png`],
    ["x".repeat(80), 0, 1, "picture.png"],
  ])("%j", (prompt, index, count, name) => {
    expect(fileName(prompt, index, count)).toBe(name);
  });
});

describe("newSeed", () => {
  it("is one that the network takes", () => {
    for (const seed of Array.from({ length: 1000 }, newSeed)) {
      expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31).toBe(true);
    }
  });
});
