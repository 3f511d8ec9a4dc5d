import { type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { type Agent, AgentError } from "../../lib/agent";
import type { State } from "../../lib/api.gen";
import { type Translate, useText } from "../../lib/i18n";
import { said, wordsOf } from "../../lib/said";

export type Settings = State["when"]["settings"];
export type Code = NonNullable<State["node"]["pause"]>["reason"];

/** What the agent would not take, and the field that it is about. */
export interface Problem {
  field: string;
  text: string;
}

export interface Choices {
  settings: Settings;
  save: (next: Settings) => void;
  /** Goes back to the choices of a person who hasn't made any. */
  restore: () => void;
  problem: Problem | null;
  stale: boolean;
}

const same = (a: Settings, b: Settings) => JSON.stringify(a) === JSON.stringify(b);

/**
 * The choices of when to work, each kept as it is made, with a way back. What was
 * sent is shown until the agent's own state has it.
 */
export function useChoices(agent: Agent, state: State, stale: boolean): Choices {
  const t = useText();
  const kept = state.when.settings;
  const [sent, setSent] = useState<Settings | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const forget = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (sent && same(sent, kept)) setSent(null);
  }, [sent, kept]);
  useEffect(() => () => clearTimeout(forget.current), []);

  const shown = sent ?? kept;
  const put = useCallback(
    async (to: Settings | Record<string, never>, before?: Settings) => {
      clearTimeout(forget.current);
      setSent("hours" in to ? (to as Settings) : null);
      setProblem(null);
      try {
        await agent.ask("setWhen", to);
        // The agent tidies what it is sent, and then its word holds.
        forget.current = setTimeout(() => setSent(null), 4000);
        const undo = before && {
          label: t("when.undo"),
          onClick: (e: MouseEvent) => {
            e.preventDefault(); // the message stays, and says that it is undone
            void put(before);
          },
        };
        toast(t(before ? "when.saved" : "when.undone"), { id: "when", action: undo });
      } catch (err) {
        setSent(null);
        setProblem(err);
      }
    },
    [agent, t],
  );
  const save = (next: Settings) => {
    if (!same(next, shown)) void put(next, shown);
  };
  // What is missing has its default.
  const restore = () => void put({}, shown);
  const told = problem === null ? null : { field: fieldOf(problem), text: wordsOf(t, problem) };
  return { settings: shown, save, restore, problem: told, stale };
}

const fieldOf = (err: unknown) => (err instanceof AgentError ? (err.field ?? "") : "");

/** Why a reason can't be told on this computer; undefined where it can. */
export function unreadWhy(t: Translate, state: State, reason: Code): string | undefined {
  const unread = state.when.unread.find((u) => u.reason === reason);
  return unread && said(t, unread.why_said, unread.why);
}
