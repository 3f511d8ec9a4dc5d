import { i18n } from "@lingui/core";
import { expect, it } from "vitest";
import type { State } from "../lib/api.gen";
import schema from "../lib/api.schema.json";
import { addTexts, type Translate } from "../lib/i18n";
import reasons from "../lib/locales/en-reasons.json";
import { codes, isKnown, resumeLabel, tell } from "./reasons";

addTexts(reasons);
const t: Translate = (id, values) => i18n._(id, values);

const state = {
  now: "2026-11-27T12:00:00Z",
  node: {
    status: "blocked",
    want_running: true,
    stake: "0",
    stake_needed: "400000000000000000000",
    standing: { recent: [0, 20, 18], let_go_at: 20, margin: 18, chances: 1, percent: 80 },
    rejoin_from: "2026-11-27T13:30:00Z",
  },
  wallet: { balance: "120500000000000000000" },
  network: { has_faucet: false },
} as unknown as State;

const reason = (code: string, detail = "") => ({ code, title: "T", detail, action: "A" });

it("knows every reason that an agent can give, and none more", () => {
  expect([...codes].sort()).toEqual([...schema.properties.reason_code.enum].sort());
});

it("has words and one way out for each", () => {
  for (const code of codes) {
    const told = tell(t, state, reason(code, "the facts"));
    expect(told.title, code).not.toMatch(/^reason\.|[{}]/);
    expect(told.detail, code).not.toMatch(/^reason\.|[{}]/);
    expect(t(told.remedy?.label ?? "close"), code).not.toMatch(/^reason\./);
    expect(told.remedy, code).toBeDefined();
  }
});

it("names exact amounts, and never less than is missing", () => {
  expect(tell(t, state, reason("low_stake")).title).toBe("279.5 CNX are missing for the deposit");
  const cent = { ...state, wallet: { ...state.wallet, balance: "399999999999999999999" } };
  expect(tell(t, cent, reason("low_stake")).title).toBe("0.0001 CNX are missing for the deposit");
  expect(tell(t, state, reason("score_low")).detail).toContain("0, 20, and 18 of 20");
});

it("offers test money only where there is some", () => {
  expect(tell(t, state, reason("low_gas")).remedy).toMatchObject({ do: "go", path: "/wallet" });
  const test = { ...state, network: { ...state.network, has_faucet: true } };
  expect(tell(t, test, reason("low_gas")).remedy).toMatchObject({ do: "ask", method: "askFaucet" });
});

it("keeps the agent's facts where no field has them, and its words for what is new", () => {
  expect(tell(t, state, reason("chain_unreachable", "dial 127.0.0.1")).facts).toBe("dial 127.0.0.1");
  expect(tell(t, state, reason("low_stake", "0x12 has 1")).facts).toBeUndefined();
  expect(isKnown(reason("toString"))).toBe(false);
  expect(tell(t, state, reason("of_tomorrow", "Detail."))).toEqual({ title: "T", detail: "Detail. A" });
});

it("says start now where the node paused by itself, and nothing where it may not start", () => {
  const paused = { ...state.node, status: "paused" as const };
  const pause = {
    reason: "fullscreen" as const,
    facts: {},
    since: "",
    over: false,
    linger_seconds: 30,
    can_start: true,
  };
  expect(resumeLabel(paused)).toBe("action.resume");
  expect(resumeLabel({ ...paused, pause })).toBe("reason.startNow");
  expect(resumeLabel({ ...paused, pause: { ...pause, reason: "hot", can_start: false } })).toBeNull();
  expect(resumeLabel({ ...paused, want_running: false, pause: { ...pause, can_start: false } })).toBe("action.resume");
});
