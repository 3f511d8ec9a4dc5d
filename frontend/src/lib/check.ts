import { responseText } from "./answer";
import type { Receipt } from "./api.gen";
import { distance, hashOf, type Pixels } from "./imagehash";

/** What this browser could work out about the receipt of a text by itself, without asking anybody. */
export interface BrowserCheck {
  /** sha256(salt ‖ response) is the digest that the task ended with; null when that can't be worked out here. */
  digest: boolean | null;
  /** The text on the screen is the text of that response; null when the receipt carries none. */
  text: boolean | null;
  /** How many of the three machines opened exactly that digest. */
  equal: number;
}

/** Checks a receipt against the text that the person reads. It does not ask the chain. */
export async function checkReceipt(receipt: Receipt, text: string): Promise<BrowserCheck> {
  const shown = responseText(receipt);
  return {
    digest: await digestMatches(receipt),
    text: shown === null ? null : shown === text,
    equal: receipt.nodes.filter((n) => n.kind === receipt.kind && n.result !== "0x" && n.result === receipt.result)
      .length,
  };
}

async function digestMatches(receipt: Receipt): Promise<boolean | null> {
  if (!receipt.response || !canHash()) return null;
  const salt = bytesOf(receipt.salt);
  if (!salt) return false;
  const sum = await sha256(salt, new TextEncoder().encode(receipt.response));
  return hexOf(sum) === receipt.result.toLowerCase();
}

/** The most bits by which the hashes of two pictures may differ so that the contract takes them for the same. */
export const mostBits = 4;

/** What this browser could work out about the receipt of pictures. */
export interface PicturesCheck {
  /**
   * The receipt's hashes, masked with its salt, are what a machine that agrees has
   * opened; null when that can't be worked out here, or the receipt carries none.
   */
  opened: boolean | null;
  /**
   * The most bits by which the hash of a picture on the screen, worked out here,
   * differs from the receipt's; null when they can't be compared.
   */
  apart: number | null;
  /** How many of the three machines opened hashes that the contract takes for the same as the result. */
  alike: number;
  /** The most bits by which those differ from it. */
  worst: number;
}

/** Checks a receipt against the pictures that the person sees; null in place of one that can't be read. */
export async function checkPictures(receipt: Receipt, pictures: (Pixels | null)[]): Promise<PicturesCheck> {
  const hashes = receipt.images?.map((hex) => wordsOf(hex)) ?? null;
  const result = wordsOf(receipt.result);
  const opened = receipt.nodes
    .filter((n) => n.kind === receipt.kind && n.result !== "0x")
    .map((n) => apartBy(result, wordsOf(n.result)))
    .filter((bits): bits is number => bits !== null && bits <= mostBits);
  return {
    opened: await areOpened(receipt),
    apart:
      hashes &&
      apartBy(
        hashes.map((h) => h?.[0] ?? null),
        pictures.map((p) => p && hashOf(p)),
      ),
    alike: opened.length,
    worst: Math.max(0, ...opened),
  };
}

/** The most bits by which hashes differ from others, one by one; null if they have no distance. */
function apartBy(a: (bigint | null)[] | null, b: (bigint | null)[] | null): number | null {
  if (!a || !b || a.length === 0 || a.length !== b.length) return null;
  let worst = 0;
  for (const [i, hash] of a.entries()) {
    const other = b[i];
    if (typeof hash !== "bigint" || typeof other !== "bigint") return null;
    worst = Math.max(worst, distance(hash, other));
  }
  return worst;
}

async function areOpened(receipt: Receipt): Promise<boolean | null> {
  if (!receipt.images?.length || !canHash()) return null;
  const salt = bytesOf(receipt.salt);
  const digest: bigint[] = [];
  for (const [i, image] of receipt.images.entries()) {
    const hash = wordsOf(image);
    if (!salt || hash?.length !== 1) return false;
    const place = new Uint8Array(4);
    new DataView(place.buffer).setUint32(0, i);
    const mask = new DataView((await sha256(salt, place)).buffer).getBigUint64(0);
    digest.push((hash[0] ?? 0n) ^ mask);
  }
  return receipt.nodes.some((n) => n.agrees && apartBy(digest, wordsOf(n.result)) === 0);
}

/** Hashes as they stand on chain, 8 bytes each; null if that is not what these bytes are. */
function wordsOf(hex: string): bigint[] | null {
  const bytes = bytesOf(hex);
  if (!bytes || bytes.length === 0 || bytes.length % 8 !== 0) return null;
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getBigUint64(8 * i));
}

/** Browsers compute hashes only for pages from a secure address or from this computer. */
function canHash(): boolean {
  return globalThis.crypto?.subtle !== undefined;
}

async function sha256(a: Uint8Array, b: Uint8Array): Promise<Uint8Array> {
  const input = new Uint8Array(a.length + b.length);
  input.set(a);
  input.set(b, a.length);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", input));
}

function hexOf(bytes: Uint8Array): string {
  return `0x${Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("")}`;
}

function bytesOf(hex: string): Uint8Array | null {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(hex)) return null;
  return Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
