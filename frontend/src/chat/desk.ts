import { type Answer, type AnswerEvent, isFinal, reduce } from "../lib/answer";
import { type Bridge, type ChatParams, ChatProblem } from "../lib/chat";
import type { Conversation, Message } from "../lib/conversations";
import * as lib from "../lib/conversations";
import type { Shelf } from "../lib/shelf";

/** How long to wait between questions for a receipt, and when to stop asking, in milliseconds. */
const receiptPause = { first: 400, most: 8000, until: 15 * 60_000 };

/** Streams change an answer many times a second; the shelf hears of it this often. */
const savePause = 800;

export interface DeskView {
  loaded: boolean;
  lasting: boolean;
  conversations: Conversation[];
  /** The answers that are being streamed. */
  running: ReadonlySet<string>;
}

/** Whether a person still waits for a message. A verified answer is whole, though its stream stays for the receipt. */
export function isAwaited(m: Message, view: Pick<DeskView, "running">): boolean {
  return view.running.has(m.id) && m.role === "assistant" && m.answer.trust !== "verified";
}

/**
 * The desk is where conversations are worked on: it asks the bridge, gives
 * each event to the answer it belongs to, waits for receipts that come later,
 * and puts everything on the shelf. Screens listen to it.
 */
export class Desk {
  #view: DeskView = { loaded: false, lasting: true, conversations: [], running: new Set() };
  #listeners = new Set<() => void>();
  #stops = new Map<string, AbortController>();
  #waits = new Map<string, AbortController>();
  #saves = new Map<string, ReturnType<typeof setTimeout>>();
  #shelf: Shelf | null = null;
  #told = false;

  constructor(
    private readonly bridge: Bridge,
    openShelf: () => Promise<Shelf>,
    private readonly now: () => number = Date.now,
  ) {
    void openShelf().then(async (shelf) => {
      this.#shelf = shelf;
      shelf.onOthers(() => void this.#load());
      await this.#load();
    });
  }

  get view(): DeskView {
    return this.#view;
  }

  listen = (tell: () => void): (() => void) => {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  };

  find(id: string): Conversation | undefined {
    return this.#view.conversations.find((c) => c.id === id);
  }

  /** Asks in the conversation of that id, which is made when there is none. */
  ask(id: string, text: string, params: ChatParams) {
    const c = this.find(id) ?? lib.newConversation(id, this.now());
    this.#answer(lib.withQuestion(c, text, params.model, this.now()), params);
  }

  edit(id: string, messageId: string, text: string, params: ChatParams) {
    const c = this.find(id);
    if (!c) return;
    this.stop(id);
    this.#answer(lib.withEdit(c, messageId, text, params.model, this.now()), params);
  }

  retry(id: string, messageId: string, params: ChatParams) {
    const c = this.find(id);
    if (!c) return;
    this.stop(id);
    this.#answer(lib.withRetry(c, messageId, params.model, this.now()), params);
  }

  /** Stops reading; the machines go on, and are paid. */
  stop(id: string) {
    for (const m of this.find(id)?.messages ?? []) this.#stops.get(m.id)?.abort();
  }

  rename(id: string, title: string) {
    const c = this.find(id);
    if (c && title.trim() !== "") this.#put({ ...c, title: title.trim() });
  }

  remove(id: string) {
    this.stop(id);
    for (const m of this.find(id)?.messages ?? []) this.#waits.get(m.id)?.abort();
    clearTimeout(this.#saves.get(id));
    this.#saves.delete(id);
    this.#show({ conversations: this.#view.conversations.filter((c) => c.id !== id) });
    void this.#shelf?.remove(id);
  }

  /** Puts back a conversation that was removed. */
  restore(c: Conversation) {
    this.#put(lib.afterReload(c));
    this.#resume(c);
  }

  /** Fetches the whole text of an answer that was stopped or cut off, when it is settled. */
  fetchWhole(id: string, messageId: string) {
    void this.#waitForReceipt(id, messageId);
  }

  #answer(c: Conversation, params: ChatParams) {
    const message = c.messages.at(-1);
    if (message?.role !== "assistant") return;
    this.#put(c);
    void this.#stream(c.id, message.id, params);
  }

  async #stream(id: string, messageId: string, params: ChatParams) {
    const stop = new AbortController();
    this.#setRunning(messageId, stop);
    const take = (e: AnswerEvent) => this.#take(id, messageId, e);
    const c = this.find(id);
    try {
      if (c) await this.bridge.ask(lib.turnsBefore(c, messageId), params, take, stop.signal);
    } catch (err) {
      this.#ended(id, messageId, err, stop.signal.aborted);
    }
    this.#setRunning(messageId, null);
    this.#saveSoon(id, 0);
    const answer = this.#answerOf(id, messageId);
    if (answer && answer.trust !== "stopped" && !isFinal(answer)) void this.#waitForReceipt(id, messageId);
  }

  #ended(id: string, messageId: string, err: unknown, stopped: boolean) {
    if (stopped) return this.#take(id, messageId, { type: "stopped" });
    const problem = err instanceof ChatProblem ? err : new ChatProblem("broken", String(err));
    // Once its task has a receipt to come, an answer is not lost with the connection.
    if (problem.code === "interrupted" && this.#answerOf(id, messageId)?.receiptId) return;
    this.#take(id, messageId, {
      type: "failed",
      reason: {
        code: problem.code,
        title: "",
        detail: problem.detail,
        action: problem.retryAfter ? String(problem.retryAfter) : undefined,
      },
    });
  }

  async #waitForReceipt(id: string, messageId: string) {
    const receiptId = this.#answerOf(id, messageId)?.receiptId;
    if (this.#waits.has(messageId)) return;
    if (!receiptId) return this.#lost(id, messageId);
    const wait = new AbortController();
    this.#waits.set(messageId, wait);
    const end = this.now() + receiptPause.until;
    try {
      for (let pause = receiptPause.first; this.now() < end; pause = Math.min(pause * 1.6, receiptPause.most)) {
        await sleep(pause, wait.signal);
        // While the bridge can't be reached, the answer isn't lost yet.
        const found = await this.bridge.outcome(receiptId, wait.signal).catch(() => null);
        if (wait.signal.aborted) return;
        if (found?.receipt) this.#take(id, messageId, { type: "receipt", receipt: found.receipt });
        if (found?.reason) this.#take(id, messageId, { type: "disputed", reason: found.reason });
        if (found && Object.keys(found).length > 0) break;
      }
      this.#lost(id, messageId);
    } catch {
      // Only sleep throws, when nobody waits any more.
    } finally {
      this.#waits.delete(messageId);
    }
  }

  #lost(id: string, messageId: string) {
    const answer = this.#answerOf(id, messageId);
    if (answer?.trust !== "provisional") return;
    this.#take(id, messageId, { type: "failed", reason: { code: "lost", title: "", detail: "" } });
  }

  #answerOf(id: string, messageId: string): Answer | undefined {
    const m = this.find(id)?.messages.find((x) => x.id === messageId);
    return m?.role === "assistant" ? m.answer : undefined;
  }

  #take(id: string, messageId: string, e: AnswerEvent) {
    const c = this.find(id);
    if (!c) return;
    const changed = lib.withAnswer(c, messageId, (a) => reduce(a, e));
    this.#show({ conversations: this.#view.conversations.map((x) => (x.id === id ? changed : x)) });
    this.#saveSoon(id, savePause);
  }

  #put(c: Conversation) {
    const others = this.#view.conversations.filter((x) => x.id !== c.id);
    this.#show({ conversations: [c, ...others] });
    this.#saveSoon(c.id, 0);
  }

  #saveSoon(id: string, pause: number) {
    if (this.#saves.has(id) && pause > 0) return;
    clearTimeout(this.#saves.get(id));
    this.#saves.set(
      id,
      setTimeout(() => {
        this.#saves.delete(id);
        const c = this.find(id);
        if (c) void this.#shelf?.put(c);
      }, pause),
    );
  }

  async #load() {
    const kept = (await this.#shelf?.all()) ?? [];
    // What this tab works on is newer here than on the shelf.
    const busy = (c: Conversation) =>
      this.#saves.has(c.id) || c.messages.some((m) => this.#stops.has(m.id) || this.#waits.has(m.id));
    const mine = this.#view.conversations.filter(busy);
    const rest = kept.filter((c) => !mine.some((m) => m.id === c.id));
    const first = !this.#view.loaded;
    this.#show({ loaded: true, lasting: this.#shelf?.lasting ?? false, conversations: [...mine, ...rest] });
    if (first) for (const c of rest) this.#resume(c);
  }

  /** Goes on waiting for the receipts of answers that were not settled when the page was closed. */
  #resume(c: Conversation) {
    for (const m of c.messages) {
      if (m.role !== "assistant" || isFinal(m.answer) || m.answer.trust === "stopped" || !m.answer.receiptId) continue;
      void this.#waitForReceipt(c.id, m.id);
    }
  }

  #setRunning(messageId: string, stop: AbortController | null) {
    if (stop) this.#stops.set(messageId, stop);
    else this.#stops.delete(messageId);
    this.#show({ running: new Set(this.#stops.keys()) });
  }

  /** Listeners are told once for all changes of one turn of the event loop. */
  #show(change: Partial<DeskView>) {
    this.#view = { ...this.#view, ...change };
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      for (const tell of this.#listeners) tell();
    });
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
