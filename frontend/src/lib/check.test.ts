import { describe, expect, it } from "vitest";
import { checkPictures, checkReceipt } from "./check";
import { imagesReceiptOf, paint } from "./picture.fixture";
import { receiptOf } from "./receipt.fixture";

describe("checkReceipt", () => {
  it("finds a good receipt good", async () => {
    expect(await checkReceipt(receiptOf("Hello 🎈"), "Hello 🎈")).toEqual({ digest: true, text: true, equal: 3 });
  });

  it("sees a changed response, salt or digest", async () => {
    const good = receiptOf("Hello");
    for (const bad of [
      { ...good, response: `${good.response} ` },
      { ...good, salt: good.salt.replace(/..$/, "00") },
      { ...good, salt: "0x123" },
      { ...good, result: good.result.replace(/..$/, good.result.endsWith("00") ? "01" : "00") },
    ]) {
      expect((await checkReceipt(bad, "Hello")).digest).toBe(false);
    }
  });

  it("sees another text on the screen", async () => {
    expect((await checkReceipt(receiptOf("Hello"), "Hallo")).text).toBe(false);
  });

  it("counts only machines that opened the same digest", async () => {
    const r = receiptOf("Hello");
    r.nodes[1].result = "0x00";
    r.nodes[2].kind = 2;
    expect((await checkReceipt(r, "Hello")).equal).toBe(1);
  });

  it("claims nothing about a response that it does not have", async () => {
    const { response: _, ...bare } = receiptOf("Hello");
    expect(await checkReceipt(bare, "Hello")).toEqual({ digest: null, text: null, equal: 3 });
  });
});

describe("checkPictures", () => {
  const seen = [paint(1, 256, 256), paint(2, 256, 256)];
  const good = () => imagesReceiptOf(seen);
  /** A result of which so many bits are others. */
  const off = (hex: string, bits: bigint) => `0x${(BigInt(hex) ^ bits).toString(16).padStart(hex.length - 2, "0")}`;

  it("finds a good receipt good", async () => {
    expect(await checkPictures(good(), seen)).toEqual({ opened: true, apart: 0, alike: 3, worst: 0 });
  });

  it("takes results within four bits for the same, and says how many they are apart", async () => {
    const r = good();
    r.nodes[1].result = off(r.result, 0xfn);
    r.nodes[2].result = off(r.result, 0x1fn << 64n);
    expect(await checkPictures(r, seen)).toEqual({ opened: true, apart: 0, alike: 2, worst: 4 });
  });

  it("sees hashes that no machine which agrees has opened, and another salt", async () => {
    const r = good();
    const swapped = { ...r, images: [...(r.images ?? [])].reverse() };
    for (const bad of [swapped, { ...r, salt: r.salt.replace(/..$/, "00") }, { ...r, images: ["0x00", "0x00"] }]) {
      expect((await checkPictures(bad, seen)).opened).toBe(false);
    }
    for (const n of r.nodes) n.agrees = false;
    expect((await checkPictures(r, seen)).opened).toBe(false);
  });

  it("sees other pictures on the screen", async () => {
    const { apart } = await checkPictures(good(), [paint(1, 256, 256), paint(7, 256, 256)]);
    expect(apart).toBeGreaterThan(4);
  });

  it("claims nothing about pictures that it can't read, or hashes that it does not have", async () => {
    expect((await checkPictures(good(), [paint(1, 256, 256), null])).apart).toBeNull();
    expect((await checkPictures(good(), [])).apart).toBeNull();
    const { images: _, ...bare } = good();
    expect(await checkPictures(bare, seen)).toMatchObject({ opened: null, apart: null, alike: 3 });
  });
});
