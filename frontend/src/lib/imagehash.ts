/**
 * What a picture looks like, in 64 bits: the perceptual hash by which the network
 * compares pictures. Made of the same pixels it is the same here as on any node:
 * the picture is shrunk to 64 by 64, made grey and taken apart into frequencies; a
 * bit says whether one of the lowest 64 is stronger than their median.
 */
export interface Pixels {
  width: number;
  height: number;
  /** Red, green, blue and opacity of each pixel, row by row. */
  data: Uint8ClampedArray | Uint8Array;
}

const side = 64;
const kept = 8;

export function hashOf(picture: Pixels): bigint {
  const strengths = transform(grey(shrink(shrink(picture))));
  const sorted = [...strengths].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const middle = at(sorted, sorted.length / 2 - 1) + at(sorted, sorted.length / 2);
  return strengths.reduce((hash, s) => (hash << 1n) | (2n * s > middle ? 1n : 0n), 0n);
}

/** The number of bits that differ, 0 to 64. */
export function distance(a: bigint, b: bigint): number {
  let bits = 0;
  for (let d = a ^ b; d > 0n; d &= d - 1n) bits++;
  return bits;
}

/** Brings the width to 64 and turns the picture over its diagonal: twice it is both sides, upright. */
function shrink({ width, height, data }: Pixels): Pixels {
  const out = new Uint8Array(4 * side * height);
  for (let to = 0; to < side; to++) {
    const [first, weights] = window(width, to);
    const sum = weights.reduce((all, w) => all + w, 0);
    // Where the pixels of a row begin, and beyond its ends its last ones go on.
    const from = weights.map((_, i) => 4 * Math.min(Math.max(first + i, 0), width - 1));
    for (let y = 0; y < height; y++) {
      const row = 4 * y * width;
      for (let colour = 0; colour < 3; colour++) {
        let value = 0;
        for (let i = 0; i < weights.length; i++) {
          value += (weights[i] ?? 0) * (data[row + (from[i] ?? 0) + colour] ?? 0);
        }
        out[4 * (to * height + y) + colour] = Math.trunc(value / sum);
      }
    }
  }
  return { width: height, height: side, data: out };
}

/** Which of n pixels make pixel number `to` of 64, from the first on, and how much each counts, in 256ths. */
function window(n: number, to: number): [number, number[]] {
  const scale = n / side;
  const centre = scale * (to + 0.5) - 0.5;
  const length = 2 * Math.trunc(Math.max(Math.ceil(scale), 1));
  const first = Math.trunc(centre) - length / 2 + 1;
  const narrow = Math.min(1 / scale, 1);
  const weights = Array.from({ length }, (_, i) => {
    const away = Math.abs((centre - first - i) * narrow);
    return Math.trunc((1 - Math.min(away, 1)) * 256);
  });
  return [first, weights];
}

function grey({ data }: Pixels): bigint[][] {
  const value = (p: number) => 299 * (data[p] ?? 0) + 587 * (data[p + 1] ?? 0) + 114 * (data[p + 2] ?? 0);
  return range(side, (y) => range(side, (x) => BigInt(value(4 * (y * side + x)))));
}

/** The cosine transform, as far as it is kept. Its numbers need 62 bits, more than a number here is exact to. */
function transform(pixels: bigint[][]): bigint[] {
  const rows = range(kept, (k) => pixels.map((line) => round(frequency(line, k))));
  return range(kept * kept, (i) => frequency(rows[i % kept] ?? [], Math.trunc(i / kept)));
}

function frequency(line: bigint[], k: number): bigint {
  return line.reduce((sum, v, n) => sum + v * cosine((2 * n + 1) * k), 0n);
}

function round(v: bigint): bigint {
  const unit = 1n << 20n;
  return (v < 0n ? v - unit / 2n : v + unit / 2n) / unit;
}

/** cos(iπ/128) in units of 2^-26. */
function cosine(i: number): bigint {
  const turn = i % 256;
  const half = turn > 128 ? 256 - turn : turn;
  return half > 64 ? -at(quarter, 128 - half) : at(quarter, half);
}

/** A browser's own cosine may differ in its last bits, which rounding to 26 makes no difference for. */
const quarter = Array.from({ length: 65 }, (_, i) => BigInt(Math.round(Math.cos((i * Math.PI) / 128) * 2 ** 26)));

function range<T>(length: number, make: (i: number) => T): T[] {
  return Array.from({ length }, (_, i) => make(i));
}

function at(list: bigint[], i: number): bigint {
  return list[i] ?? 0n;
}
