import { type Answer, isFinal, newAnswer, type Pictures } from "./answer";
import type { Turn } from "./chat";

/** A conversation is what a person asked and what the network answered, kept in this browser and nowhere else. */
export interface Conversation {
  id: string;
  title: string;
  createdAt: number;
  updatedAt: number;
  messages: Message[];
}

export type Message = { id: string; role: "user"; text: string; at: number } | AnswerMessage;

export interface AnswerMessage {
  id: string;
  role: "assistant";
  at: number;
  model: string;
  answer: Answer;
}

/** A name for something new; random, so that two tabs never choose the same. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
}

export function newConversation(id: string, now: number): Conversation {
  return { id, title: "", createdAt: now, updatedAt: now, messages: [] };
}

/**
 * The conversation with a question at its end and an empty answer to it, of
 * pictures where some are asked for. A first question gives it its title.
 */
export function withQuestion(
  c: Conversation,
  text: string,
  model: string,
  now: number,
  pictures?: Pictures,
): Conversation {
  return {
    ...c,
    title: c.title || titleOf(text),
    updatedAt: now,
    messages: [...c.messages, { id: newId(), role: "user", text, at: now }, blankAnswer(model, now, pictures)],
  };
}

/** The conversation with the question of that id changed and answered anew; what came after it is gone. */
export function withEdit(
  c: Conversation,
  id: string,
  text: string,
  model: string,
  now: number,
  pictures?: Pictures,
): Conversation {
  const i = c.messages.findIndex((m) => m.id === id && m.role === "user");
  if (i < 0) return c;
  return withQuestion({ ...c, messages: c.messages.slice(0, i) }, text, model, now, pictures);
}

/** The conversation with the answer of that id asked for again; what came after it is gone. */
export function withRetry(c: Conversation, id: string, model: string, now: number, pictures?: Pictures): Conversation {
  const i = c.messages.findIndex((m) => m.id === id && m.role === "assistant");
  if (i < 0) return c;
  return { ...c, updatedAt: now, messages: [...c.messages.slice(0, i), blankAnswer(model, now, pictures)] };
}

/** The conversation with one answer changed. */
export function withAnswer(c: Conversation, id: string, change: (a: Answer) => Answer): Conversation {
  return {
    ...c,
    messages: c.messages.map((m) => (m.id === id && m.role === "assistant" ? { ...m, answer: change(m.answer) } : m)),
  };
}

function blankAnswer(model: string, now: number, pictures?: Pictures): AnswerMessage {
  return { id: newId(), role: "assistant", at: now, model, answer: newAnswer(pictures) };
}

/** What was asked so that the answer of that id was made; empty if there is no such answer. */
export function questionOf(c: Conversation, answerId: string): string {
  const question = c.messages[c.messages.findIndex((m) => m.id === answerId) - 1];
  return question?.role === "user" ? question.text : "";
}

/**
 * The turns to send so that the answer of that id is made. Answers without text,
 * because they failed or are pictures, are left out with their question.
 */
export function turnsBefore(c: Conversation, answerId: string): Turn[] {
  const end = c.messages.findIndex((m) => m.id === answerId);
  const turns: Turn[] = [];
  for (const m of c.messages.slice(0, Math.max(end, 0))) {
    if (m.role === "user") turns.push({ role: "user", content: m.text });
    else if (m.answer.text !== "") turns.push({ role: "assistant", content: m.answer.text });
    else if (turns.at(-1)?.role === "user") turns.pop();
  }
  return turns;
}

const titleLength = 48;

/** The first line of a question, cut between words. */
export function titleOf(text: string): string {
  const line = text.trim().split("\n", 1)[0]?.replace(/\s+/g, " ") ?? "";
  if ([...line].length <= titleLength) return line;
  const cut = [...line].slice(0, titleLength).join("");
  const space = cut.lastIndexOf(" ");
  return `${(space > titleLength / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** Conversations, the one that changed last first, that hold all words of the query. */
export function search(list: Conversation[], query: string): Conversation[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const newest = [...list].sort((a, b) => b.updatedAt - a.updatedAt);
  if (words.length === 0) return newest;
  return newest.filter((c) => {
    const text = [c.title, ...c.messages.map((m) => (m.role === "user" ? m.text : m.answer.text))]
      .join("\n")
      .toLowerCase();
    return words.every((w) => text.includes(w));
  });
}

/**
 * Answers that were being read when the page was closed. Those whose task was
 * made go on without us and are waited for; the others have nothing to wait for.
 */
export function afterReload(c: Conversation): Conversation {
  return {
    ...c,
    messages: c.messages.map((m) => {
      if (m.role !== "assistant" || isFinal(m.answer) || m.answer.receiptId) return m;
      if (m.answer.trust !== "provisional") return m;
      return { ...m, answer: { ...m.answer, trust: "stopped", complete: true } };
    }),
  };
}
