import { responseText } from "./answer";
import type { Receipt } from "./api.gen";

/** What this browser could work out about a receipt by itself, without asking anybody. */
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
  // Browsers compute hashes only for pages from a secure address or from this computer.
  if (!receipt.response || !globalThis.crypto?.subtle) return null;
  const salt = bytesOf(receipt.salt);
  if (!salt) return false;
  const response = new TextEncoder().encode(receipt.response);
  const input = new Uint8Array(salt.length + response.length);
  input.set(salt);
  input.set(response, salt.length);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", input));
  const hex = Array.from(sum, (b) => b.toString(16).padStart(2, "0")).join("");
  return `0x${hex}` === receipt.result.toLowerCase();
}

function bytesOf(hex: string): Uint8Array | null {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(hex)) return null;
  return Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
