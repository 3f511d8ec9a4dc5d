import { useEffect, useState } from "react";
import type { AskParams, Model } from "../lib/chat";
import { exactCNX, parseCNX } from "../lib/wei";

/** What a person chose for their questions; undefined is the network's default. */
export interface Settings {
  model?: string;
  images?: ImageSettings;
  temperature?: number;
  maxTokens?: number;
  seed?: number;
  /** Most that an answer may cost, in CNX: "2.5". */
  maxFee?: string;
}

/** What a person chose for their pictures. */
export interface ImageSettings {
  shape?: Shape;
  side?: Side;
  count?: number;
  steps?: number;
  cfg?: number;
  avoid?: string;
  seed?: number;
  maxFee?: string;
}

export const shapes = ["square", "portrait", "landscape"] as const;
export type Shape = (typeof shapes)[number];
export const sides = [512, 768, 1024] as const;
export type Side = (typeof sides)[number];

/** Upright pictures with no more pixels than a square of that side, of sides that models like: multiples of 64. */
const upright: Record<Side, [number, number]> = { 512: [448, 576], 768: [640, 896], 1024: [832, 1216] };

export function sizeOf({ shape, side = 512 }: ImageSettings): { width: number; height: number } {
  const [short, long] = upright[side];
  if (shape === "portrait") return { width: short, height: long };
  if (shape === "landscape") return { width: long, height: short };
  return { width: side, height: side };
}

/** What the network takes of a picture. */
export const imageLimits = { count: 4, steps: 100, cfg: 20, avoid: 2000 } as const;

/** What an answer of that model is asked for with. */
export function paramsOf(settings: Settings, model: Model | undefined): AskParams {
  if (model?.makes !== "images") {
    const { temperature, maxTokens, seed, maxFee } = settings;
    return { model: model?.id ?? "", temperature, maxTokens, seed, maxFee };
  }
  const { count = 1, steps, cfg, avoid, seed, maxFee } = settings.images ?? {};
  const size = sizeOf(settings.images ?? {});
  return {
    makes: "images",
    model: model.id,
    ...size,
    count,
    steps,
    cfg,
    avoid: avoid?.trim() || undefined,
    seed,
    maxFee,
  };
}

const key = "helium-chat-settings";

/** Reads settings that may have been written by another version or by hand: what isn't usable is left out. */
export function parseSettings(text: string | null): Settings {
  let raw: Record<string, unknown>;
  try {
    raw = objectOf(JSON.parse(text ?? "{}"));
  } catch {
    return {};
  }
  const { number, whole, amount } = readers(raw);
  return {
    model: typeof raw.model === "string" ? raw.model : undefined,
    images: raw.images === undefined ? undefined : imageSettings(objectOf(raw.images)),
    temperature: number("temperature", 0, 2),
    maxTokens: whole("maxTokens", 1, 8192),
    seed: whole("seed", 0, 2 ** 31 - 1),
    maxFee: amount("maxFee"),
  };
}

function imageSettings(raw: Record<string, unknown>): ImageSettings {
  const { number, whole, amount } = readers(raw);
  return {
    shape: shapes.find((s) => s === raw.shape),
    side: sides.find((s) => s === raw.side),
    count: whole("count", 1, imageLimits.count),
    steps: whole("steps", 1, imageLimits.steps),
    cfg: number("cfg", 0, imageLimits.cfg),
    avoid: typeof raw.avoid === "string" ? raw.avoid.slice(0, imageLimits.avoid) : undefined,
    seed: whole("seed", 0, 2 ** 31 - 1),
    maxFee: amount("maxFee"),
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function readers(raw: Record<string, unknown>) {
  const number = (name: string, low: number, high: number) => {
    const n = raw[name];
    return typeof n === "number" && n >= low && n <= high ? n : undefined;
  };
  const whole = (name: string, low: number, high: number) => {
    const n = number(name, low, high);
    return Number.isInteger(n) ? n : undefined;
  };
  const amount = (name: string) => {
    const text = raw[name];
    const wei = typeof text === "string" ? parseCNX(text) : null;
    return wei === null ? undefined : exactCNX(wei);
  };
  return { number, whole, amount };
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
