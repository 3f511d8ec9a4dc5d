import { describe, expect, it } from "vitest";
import { checkReceipt } from "./check";
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
