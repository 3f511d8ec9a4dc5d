import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import type { Receipt } from "./api.gen";
import { hashOf, type Pixels } from "./imagehash";
import { receiptOf } from "./receipt.fixture";

/** A picture, for tests, like no other of another seed: soft discs over a slope of two colours. */
export function paint(seed: number, width: number, height: number): Pixels {
  const part = (n: number) => {
    const x = Math.sin(seed * 91.7 + n * 37.3) * 9301;
    return x - Math.floor(x);
  };
  const colour = (n: number) => [40 + 200 * part(n), 40 + 200 * part(n + 1), 60 + 190 * part(n + 2)];
  const [sky = [], ground = []] = [colour(1), colour(5)];
  const discs = Array.from({ length: 6 }, (_, i) => ({
    x: part(20 + i),
    y: part(30 + i),
    r: 0.08 + 0.25 * part(40 + i),
    colour: colour(50 + 4 * i),
  }));
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const down = y / height;
      const pixel = 4 * (y * width + x);
      const covers = discs.map((d) => {
        const away = Math.hypot(x / width - d.x, (down - d.y) * (height / width)) / d.r;
        return Math.max(0, Math.min(1, (1 - away) * 12)) * 0.8;
      });
      for (let c = 0; c < 3; c++) {
        let value = (sky[c] ?? 0) * (1 - down) + (ground[c] ?? 0) * down;
        for (let i = 0; i < discs.length; i++) {
          const cover = covers[i] ?? 0;
          value = value * (1 - cover) + (discs[i]?.colour[c] ?? 0) * cover;
        }
        data[pixel + c] = Math.round(value);
      }
      data[pixel + 3] = 255;
    }
  }
  return { width, height, data };
}

/** The PNG file of a picture. */
export function pngFile({ width, height, data }: Pixels): Buffer {
  const chunk = (type: string, body: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8); // 8 bits of each of three colours
  const lines = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      lines.set(data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3), y * (1 + 3 * width) + 1 + 3 * x);
    }
  }
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(lines, { level: 1 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A receipt of pictures, whose result really is that of their hashes. */
export function imagesReceiptOf(pictures: Pixels[]): Receipt {
  const { response: _, ...receipt } = receiptOf("");
  const hashes = pictures.map(hashOf);
  const salt = Buffer.from(receipt.salt.slice(2), "hex");
  const result = hashes.map((hash, i) => {
    const place = Buffer.alloc(4);
    place.writeUInt32BE(i);
    const mask = createHash("sha256").update(salt).update(place).digest().readBigUInt64BE();
    return word(hash ^ mask);
  });
  receipt.type = 0;
  receipt.model = "helium/demo-images";
  receipt.result = `0x${result.join("")}`;
  receipt.images = hashes.map((hash) => `0x${word(hash)}`);
  for (const n of receipt.nodes) n.result = receipt.result;
  return receipt;
}

const word = (hash: bigint) => hash.toString(16).padStart(16, "0");
