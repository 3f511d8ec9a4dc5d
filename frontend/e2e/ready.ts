import { readFileSync } from "node:fs";

/** What `helium devnet --ready FILE` writes. */
export interface Ready {
  chat: string;
  bridge: string;
  /** Address of the network's profile. */
  profile: string;
  api_key: string;
  nodes: { address: string; pid: number; api: string }[];
}

/** Reads the file that HELIUM_READY names. */
export function ready(): Ready {
  const file = process.env.HELIUM_READY;
  if (!file) throw new Error("HELIUM_READY is not set: start `helium devnet --ready FILE` and name that file");
  return JSON.parse(readFileSync(file, "utf8")) as Ready;
}
