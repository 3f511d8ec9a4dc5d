import { expect, test } from "vitest";
import type { State } from "../../lib/api.gen";
import { verdictOf } from "./verdict";

const hardware = { name: "x", kind: "gpu", vram_gb: 12, backend: "cuda", runtime: "cuda/1", why: "" };
const engine = { status: "ready", model: "", models: [], restarts: 0 };
const node = { status: "starting" } as unknown as State["node"];
const reason = { code: "engine", title: "The engine does not start", detail: "" };

test("what a computer is good for is told from its card alone", () => {
  const of = (h: object, e: object = {}, n: object = {}) =>
    verdictOf({ hardware: { ...hardware, ...h }, engine: { ...engine, ...e }, node: { ...node, ...n } });
  expect(of({})).toBe("strong");
  expect(of({ vram_gb: 8 })).toBe("strong");
  expect(of({ vram_gb: 7 })).toBe("fair");
  expect(of({ kind: "cpu" })).toBe("slow");
  expect(of({ runtime: "" })).toBe("looking");
  expect(of({ runtime: "" }, { status: "failed" })).toBe("looking");
  expect(of({ runtime: "" }, { status: "failed" }, { reason })).toBe("failed");
});
