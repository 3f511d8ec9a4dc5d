import { type Answer, type AnswerEvent, hasPictures, isFinal, isPlace, type Pictures, reduce } from "../lib/answer";
import { type AskParams, type Bridge, ChatProblem, type FailedAttempt } from "../lib/chat";
import type { AnswerMessage, Conversation, Message } from "../lib/conversations";
import * as lib from "../lib/conversations";
import { dataURL, newSeed } from "../lib/pictures";
import type { KeptPicture, Shelf } from "../lib/shelf";

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
  /** The pictures of the answers that have been looked at, by message. */
  pictures: ReadonlyMap<string, PictureFiles>;
  /** Something could not be written: the disk is full. */
  full: boolean;
}

/** The files of an answer's pictures, each at its place. */
export interface PictureFiles {
  /** What they look like so far; never kept. */
  previews: readonly Blob[];
  whole: readonly Blob[];
  /** They are neither in this browser nor with the bridge any more. */
  missing?: boolean;
  /** They are gone when the page is closed: the disk is full. */
  unkept?: boolean;
}

const noFiles: PictureFiles = { previews: [], whole: [] };

/** The steps of pictures for which none are said, and until the machines say how many they take. */
export const defaultSteps = 25;

/** How long to wait before pictures are asked for again from a bridge that can't be reached. */
const picturesPause = 5000;

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
  #view: DeskView = {
    loaded: false,
    lasting: true,
    conversations: [],
    running: new Set(),
    pictures: new Map(),
    full: false,
  };
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
  ask(id: string, text: string, params: AskParams) {
    const c = this.find(id) ?? lib.newConversation(id, this.now());
    this.#answer(params, (seeded, pictures) => lib.withQuestion(c, text, seeded.model, this.now(), pictures));
  }

  edit(id: string, messageId: string, text: string, params: AskParams) {
    const c = this.find(id);
    if (!c) return;
    this.stop(id);
    this.#answer(params, (seeded, pictures) => lib.withEdit(c, messageId, text, seeded.model, this.now(), pictures));
  }

  retry(id: string, messageId: string, params: AskParams) {
    const c = this.find(id);
    if (!c) return;
    this.stop(id);
    this.#answer(params, (seeded, pictures) => lib.withRetry(c, messageId, seeded.model, this.now(), pictures));
  }

  /** Stops reading. What waits in the queue is taken back; machines that are at work go on, and are paid. */
  stop(id: string) {
    for (const m of this.find(id)?.messages ?? []) {
      const stop = this.#stops.get(m.id);
      if (stop && !stop.signal.aborted && isAwaited(m, this.#view)) void this.#takeBack(id, m.id);
      stop?.abort();
    }
  }

  rename(id: string, title: string) {
    const c = this.find(id);
    if (c && title.trim() !== "") this.#put({ ...c, title: title.trim() });
  }

  /** Removes a conversation with its pictures, and returns how to put them back. */
  remove(id: string): () => void {
    const c = this.find(id);
    if (!c) return () => {};
    this.stop(id);
    for (const m of c.messages) this.#waits.get(m.id)?.abort();
    clearTimeout(this.#saves.get(id));
    this.#saves.delete(id);
    this.#show({ conversations: this.#view.conversations.filter((x) => x.id !== id) });
    const removed = this.#written(this.#shelf?.remove(id));
    return () => {
      this.#put(lib.afterReload(c));
      this.#resume(c);
      void removed.then((kept) => this.#written(this.#shelf?.putPictures(kept ?? [])));
    };
  }

  /** The conversation as a file holds it, with its pictures in it. */
  async exported(c: Conversation): Promise<object> {
    const messages = await Promise.all(
      c.messages.map(async (m) => {
        if (m.role !== "assistant" || !m.answer.pictures) return m;
        const shown = this.#view.pictures.get(m.id)?.whole ?? [];
        const files = shown.length > 0 ? shown : await this.#kept(m.id);
        // What isn't here any more is a null at its place.
        const inText = Array.from({ length: m.answer.pictures.count }, (_, i) => files[i] && dataURL(files[i]));
        return { ...m, pictures: (await Promise.all(inText)).map((url) => url ?? null) };
      }),
    );
    return { ...c, messages };
  }

  /** Has the pictures of an answer in the view: from the shelf, else from the bridge while that has them. */
  async showPictures(id: string, m: AnswerMessage) {
    if (this.#view.pictures.has(m.id) || !m.answer.pictures?.arrived.some(Boolean)) return;
    this.#hold(m.id, () => noFiles);
    const kept = await this.#kept(m.id);
    if (kept.filter(Boolean).length >= m.answer.pictures.count) return this.#hold(m.id, (f) => ({ ...f, whole: kept }));
    const fetched = m.answer.receiptId ? await this.bridge.pictures(m.answer.receiptId).catch(() => undefined) : null;
    if (fetched === undefined) {
      // While the bridge can't be reached they aren't missing yet: whoever looks asks again.
      setTimeout(() => this.#letGo(m.id), picturesPause);
      return;
    }
    if (fetched === null) return this.#hold(m.id, (f) => ({ ...f, whole: kept, missing: true }));
    for (const [index, file] of fetched.entries()) this.#keep(id, m.id, index, file);
  }

  /** Fetches the whole text, or the pictures, of an answer that was stopped or cut off, when it is settled. */
  fetchWhole(id: string, messageId: string) {
    void this.#waitForReceipt(id, messageId);
  }

  /** Has an answer made, the last of the conversation that `change` gives. */
  #answer(params: AskParams, change: (seeded: AskParams, pictures?: Pictures) => Conversation) {
    // A seed that the network chose nobody could ask for again.
    const seeded = params.makes === "images" ? { ...params, seed: params.seed ?? newSeed() } : params;
    const c = change(seeded, picturesOf(seeded));
    const message = c.messages.at(-1);
    if (message?.role !== "assistant") return;
    const gone = (this.find(c.id)?.messages ?? []).filter((m) => !c.messages.some((x) => x.id === m.id));
    if (gone.length > 0) void this.#written(this.#shelf?.removePictures(gone.map((m) => m.id)));
    this.#put(c);
    void this.#stream(c.id, message.id, seeded);
  }

  async #stream(id: string, messageId: string, params: AskParams) {
    const stop = new AbortController();
    this.#setRunning(messageId, stop);
    const take = (e: AnswerEvent) => {
      this.#take(id, messageId, e);
      if (e.type === "retry") this.#startAgain(id, messageId);
    };
    const c = this.find(id);
    try {
      if (c && params.makes === "images") {
        await this.bridge.draw(lib.questionOf(c, messageId), params, take, stop.signal);
      } else if (c && params.makes !== "images") {
        await this.bridge.ask(lib.turnsBefore(c, messageId), params, take, stop.signal);
      }
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

  async #takeBack(id: string, messageId: string) {
    const { receiptId, stage } = this.#answerOf(id, messageId) ?? {};
    if (!receiptId || (stage && stage !== "created" && stage !== "queued")) return;
    // Where that isn't done after all, the task goes on like any other that nobody reads.
    if (!(await this.bridge.cancel(receiptId).catch(() => false))) return;
    this.#take(id, messageId, { type: "taken-back" });
    void this.#waitForReceipt(id, messageId);
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
        this.#takeBefore(id, messageId, found?.before ?? []);
        if (found?.reason) this.#take(id, messageId, { type: "disputed", reason: found.reason });
        if (found?.receipt) this.#take(id, messageId, { type: "receipt", receipt: found.receipt });
        if (found?.receipt && !(await this.#fetchPictures(id, messageId, receiptId, wait.signal))) continue;
        if (found?.receipt || found?.reason || found?.gone) break;
      }
      this.#lost(id, messageId);
    } catch {
      // Only sleep throws, when nobody waits any more.
    } finally {
      this.#waits.delete(messageId);
    }
  }

  /** Notes the attempts before the last one, with their receipts; some may not be known yet. */
  #takeBefore(id: string, messageId: string, before: FailedAttempt[]) {
    for (const [i, failed] of before.entries()) this.#take(id, messageId, { type: "retry", number: i + 2, ...failed });
  }

  /** After a retry: other machines draw other previews, and the stream doesn't bring the receipt of those before. */
  #startAgain(id: string, messageId: string) {
    const answer = this.#answerOf(id, messageId);
    if (answer?.pictures) this.#hold(messageId, (f) => ({ ...f, previews: [] }));
    if (!answer?.receiptId) return;
    const found = this.bridge.outcome(answer.receiptId).catch(() => null);
    void found.then((o) => this.#takeBefore(id, messageId, o?.before ?? []));
  }

  /** Fetches the pictures that an agreed answer lacks; false while the bridge can't be reached. */
  async #fetchPictures(id: string, messageId: string, receiptId: string, signal: AbortSignal): Promise<boolean> {
    const answer = this.#answerOf(id, messageId);
    if (!answer || isFinal(answer) || hasPictures(answer)) return true;
    const files = await this.bridge.pictures(receiptId, signal).catch(() => undefined);
    if (signal.aborted) return true;
    for (const [image, file] of files?.entries() ?? []) this.#take(id, messageId, { type: "picture", image, file });
    return files !== undefined;
  }

  #lost(id: string, messageId: string) {
    const answer = this.#answerOf(id, messageId);
    if (answer?.trust !== "provisional") return;
    const code = answer.receipt ? "picturesLost" : "lost";
    this.#take(id, messageId, { type: "failed", reason: { code, title: "", detail: "" } });
  }

  #answerOf(id: string, messageId: string): Answer | undefined {
    const m = this.find(id)?.messages.find((x) => x.id === messageId);
    return m?.role === "assistant" ? m.answer : undefined;
  }

  #take(id: string, messageId: string, e: AnswerEvent) {
    const c = this.find(id);
    if (!c) return;
    const asked = this.#answerOf(id, messageId)?.pictures;
    if (asked && (e.type === "preview" || e.type === "picture") && isPlace(asked, e.image)) {
      if (e.type === "picture") this.#keep(id, messageId, e.image, e.file);
      else this.#hold(messageId, (f) => ({ ...f, previews: withFile(f.previews, e.image, e.file) }));
    }
    const changed = lib.withAnswer(c, messageId, (a) => reduce(a, e));
    this.#show({ conversations: this.#view.conversations.map((x) => (x.id === id ? changed : x)) });
    this.#saveSoon(id, savePause);
  }

  #hold(messageId: string, change: (f: PictureFiles) => PictureFiles) {
    const files = change(this.#view.pictures.get(messageId) ?? noFiles);
    this.#show({ pictures: new Map(this.#view.pictures).set(messageId, files) });
  }

  #letGo(messageId: string) {
    const pictures = new Map(this.#view.pictures);
    pictures.delete(messageId);
    this.#show({ pictures });
  }

  /** Shows a picture, and has it on the shelf; where that is full, until the page is closed. */
  #keep(conversation: string, message: string, index: number, file: Blob) {
    this.#hold(message, (f) => ({ ...f, whole: withFile(f.whole, index, file) }));
    void this.#shelf?.putPictures([{ message, index, conversation, file }]).catch(() => {
      this.#hold(message, (f) => ({ ...f, unkept: true }));
    });
  }

  async #kept(messageId: string): Promise<Blob[]> {
    const kept: KeptPicture[] = (await this.#shelf?.picturesOf(messageId).catch(() => [])) ?? [];
    return kept.reduce<Blob[]>((files, p) => withFile(files, p.index, p.file), []);
  }

  /** What a change of the shelf gave; nothing where the disk is full, which the view then says. */
  async #written<T>(change: Promise<T> | undefined): Promise<T | undefined> {
    try {
      const made = await change;
      if (change && this.#view.full) this.#show({ full: false });
      return made;
    } catch {
      this.#show({ full: true });
      return undefined;
    }
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
        if (c) void this.#written(this.#shelf?.put(c));
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
      if (m.role !== "assistant" || isFinal(m.answer) || !m.answer.receiptId) continue;
      // What was stopped is waited for when the person asks for it, or is owed what came back of it.
      if (m.answer.trust === "stopped" && !m.answer.takenBack) continue;
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

/** What an answer of pictures begins with; undefined for a text. */
function picturesOf(params: AskParams): Pictures | undefined {
  if (params.makes !== "images") return undefined;
  const { width, height, count, seed = 0, steps = defaultSteps } = params;
  return { width, height, count, seed, steps, done: [], arrived: [] };
}

function withFile(files: readonly Blob[], index: number, file: Blob): Blob[] {
  const changed = [...files];
  changed[index] = file;
  return changed;
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
