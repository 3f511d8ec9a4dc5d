import { useEffect, useState } from "react";
import { exactCNX, parseCNX } from "../lib/wei";

/** What a person chose for their questions; undefined is the network's default. */
export interface Settings {
  model?: string;
  temperature?: number;
  maxTokens?: number;
  seed?: number;
  /** Most that an answer may cost, in CNX: "2.5". */
  maxFee?: string;
}

const key = "helium-chat-settings";

/** Reads settings that may have been written by another version or by hand: what isn't usable is left out. */
export function parseSettings(text: string | null): Settings {
  let raw: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    if (typeof value === "object" && value !== null) raw = value as Record<string, unknown>;
  } catch {
    return {};
  }
  const number = (name: string, low: number, high: number) => {
    const n = raw[name];
    return typeof n === "number" && n >= low && n <= high ? n : undefined;
  };
  const whole = (name: string, low: number, high: number) => {
    const n = number(name, low, high);
    return Number.isInteger(n) ? n : undefined;
  };
  const amount = (text: unknown) => {
    const wei = typeof text === "string" ? parseCNX(text) : null;
    return wei === null ? undefined : exactCNX(wei);
  };
  return {
    model: typeof raw.model === "string" ? raw.model : undefined,
    temperature: number("temperature", 0, 2),
    maxTokens: whole("maxTokens", 1, 8192),
    seed: whole("seed", 0, 2 ** 31 - 1),
    maxFee: amount(raw.maxFee),
  };
}

export function useSettings(): [Settings, (change: Settings) => void] {
  const [settings, set] = useState<Settings>(() => parseSettings(read()));
  useEffect(() => {
    try {
      localStorage.setItem(key, JSON.stringify(settings));
    } catch {
      // Without storage they last until the page is closed.
    }
  }, [settings]);
  return [settings, (change) => set((s) => ({ ...s, ...change }))];
}

function read(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
