import type { AgentMethod } from "../lib/agent";
import type { Pages, Reason, State } from "../lib/api.gen";
import { locale, type MessageId, type Translate, type Values } from "../lib/i18n";
import { notice, said } from "../lib/said";
import { neatCNXUp, parseWei, shortCNXDown } from "../lib/wei";
import { timeOf } from "./pause";

export type ReasonCode = Pages["reason_code"];
type Node = State["node"];

/** What the one button does: a wish to the node, a call, or a way to another screen. */
export type Remedy =
  | { label: MessageId; do: "call"; method: AgentMethod }
  | { label: MessageId; do: "ask"; method: "retry" | "askFaucet" }
  | { label: MessageId; do: "go"; path: "/models" | "/wallet" | "/node" | "/computer" };

const retry: Remedy = { label: "reason.act.retry", do: "ask", method: "retry" };
const lookAgain: Remedy = { label: "reason.act.checked", do: "ask", method: "retry" };
const startAgain: Remedy = { label: "reason.act.startAgain", do: "call", method: "start" };
const seeStake: Remedy = { label: "reason.act.stake", do: "go", path: "/node" };
const chooseModel: Remedy = { label: "reason.act.model", do: "go", path: "/models" };
const addMoney: Remedy = { label: "reason.act.money", do: "go", path: "/wallet" };
const askFaucet: Remedy = { label: "reason.act.faucet", do: "ask", method: "askFaucet" };
const money = (state: State) => (state.network.has_faucet ? askFaucet : addMoney);

interface Entry {
  remedy: Remedy | ((state: State) => Remedy);
  /** The agent's own words add facts that are in no other field. */
  facts?: boolean;
}

/** Every reason that an agent gives; a code that is missing here doesn't compile. */
const table: Record<ReasonCode, Entry> = {
  wallet_locked: { remedy: { label: "reason.act.unlock", do: "go", path: "/wallet" } },
  wallet: { remedy: retry, facts: true },
  no_network: { remedy: retry, facts: true },
  wrong_chain: { remedy: lookAgain, facts: true },
  engine: { remedy: retry, facts: true },
  download: { remedy: chooseModel, facts: true },
  setup_failed: { remedy: retry, facts: true },
  device_missing: { remedy: { label: "reason.act.device", do: "go", path: "/computer" }, facts: true },
  slashed: { remedy: startAgain },
  kicked_out: { remedy: startAgain },
  chain_unreachable: { remedy: retry, facts: true },
  clock_wrong: { remedy: lookAgain, facts: true },
  engine_failed: { remedy: retry, facts: true },
  hardware_changed: { remedy: seeStake, facts: true },
  class_unknown: { remedy: lookAgain, facts: true },
  engine_differs: { remedy: lookAgain, facts: true },
  rejoin_later: { remedy: seeStake },
  no_model: { remedy: chooseModel },
  no_room: { remedy: chooseModel, facts: true },
  self_test_failed: { remedy: retry, facts: true },
  faucet_failed: { remedy: addMoney, facts: true },
  low_stake: { remedy: money },
  low_gas: { remedy: money, facts: true },
  move_refused: { remedy: retry, facts: true },
  relay_unreachable: { remedy: retry, facts: true },
  score_low: { remedy: { label: "reason.act.score", do: "go", path: "/node" } },
  no_demand: { remedy: { label: "reason.act.models", do: "go", path: "/models" }, facts: true },
};

/** A reason as it is shown: what it is, what it means, what the agent knows more of it, and one way out. */
export interface Told {
  title: string;
  detail: string;
  facts?: string;
  remedy?: Remedy;
}

const isCode = (code: string): code is ReasonCode => Object.hasOwn(table, code);

/** Puts a reason into the reader's words. One that this page has never heard of keeps the agent's. */
export function tell(t: Translate, state: State, reason: Reason): Told {
  const { code } = reason;
  if (!isCode(code)) {
    return notice(t, reason);
  }
  const { remedy, facts } = table[code];
  const values = valuesOf(state);
  return {
    title: t(`reason.${code}`, values),
    detail: t(`reason.${code}.detail`, values),
    facts: (facts && said(t, reason.facts, reason.detail)) || undefined,
    remedy: typeof remedy === "function" ? remedy(state) : remedy,
  };
}

/** A reason as a notice without a way out shows it. */
export function told(t: Translate, state: State, reason: Reason): Omit<Told, "remedy"> {
  const { title, detail, facts } = tell(t, state, reason);
  return { title, detail, facts };
}

/** What the texts of all reasons may name. */
function valuesOf(state: State): Values {
  const { node, wallet } = state;
  const needed = parseWei(node.stake_needed) ?? 0n;
  const have = parseWei(wallet.balance) ?? 0n;
  const lacks = needed - (parseWei(node.stake) ?? 0n) - have;
  return {
    stake: neatCNXUp(needed, locale),
    have: shortCNXDown(have, locale),
    missing: neatCNXUp(lacks > 0n ? lacks : 0n, locale),
    time: node.rejoin_from ? timeOf(node.rejoin_from) : "…",
    scores: new Intl.ListFormat(locale).format((node.standing?.recent ?? []).map(String)),
  };
}

/** What a paused node's button says: it was its owner's word, or a pause of its own; null where nothing starts it now. */
export function resumeLabel(node: Node): MessageId | null {
  if (!node.pause || !node.want_running) return "action.resume";
  return node.pause.can_start ? "reason.startNow" : null;
}

/** Whether this page has a button for a reason. */
export const isKnown = (reason: Reason) => isCode(reason.code);

/** Codes of all reasons, for tests. */
export const codes = Object.keys(table) as ReasonCode[];
