import type { Phrases, Reason, State } from "./api.gen";
import type { Line } from "./line";
import { bound } from "./native";

/** Where an agent listens, and the token that it wants. */
export interface AgentAddress {
  url: string;
  token: string;
}

/** What the screen knows: the last state, and whether the agent can be reached now. */
export interface AgentView {
  link: "connecting" | "connected" | "lost" | "refused";
  state: State | null;
}

export type AgentMethod = "start" | "stop" | "pause" | "resume";

/** What the first run and the wallet call. What goes through these may be secret: whoever calls keeps none of it. */
export type SetupMethod =
  | "setupNext"
  | "setupBack"
  | "draftPhrase"
  | "createWallet"
  | "importWallet"
  | "unlockWallet"
  | "showPhrase"
  | "exportWallet"
  | "chooseNetwork"
  | "askFaucet"
  | "chooseModel";

/** What the settings call. What goes through these may be secret, as above. */
export type SettingsMethod =
  | "setLanguage"
  | "setAppearance"
  | "setDownloads"
  | "checkDownloads"
  | "checkNetwork"
  | "diagnostics"
  | "openLogFolder"
  | "setDesktop";

/** What an agent sends as it comes, beside its state. */
export type Feed = "log";

/** How long a pause lasts that ends by itself. */
export const pauseLengths = ["ten_minutes", "hour", "tomorrow"] as const;
export type PauseLength = (typeof pauseLengths)[number];

export function isLength(what: string): what is PauseLength {
  return (pauseLengths as readonly string[]).includes(what);
}

/** What is called about the computer, and when it works. */
export type ComputerMethod = "setWhen" | "runningPrograms" | "chooseDevice" | "setPower" | "stayAwake";

/** What is called about the owner's money. */
export type WalletMethod = "costOfSending" | "sendCNX" | "withdraw" | "setPayout" | "retry";

/** What the page of earnings calls. */
export type EarningsMethod = "earnings" | "earningsTasks" | "taskReceipt" | "earningsCSV" | "setElectricity";

/** What the models' page calls. */
export type ModelsMethod =
  | "models"
  | "lookUpModel"
  | "fetchModel"
  | "pauseModel"
  | "resumeModel"
  | "cancelModel"
  | "deleteModel"
  | "keepModel"
  | "lookAtModelLimit"
  | "setModelLimit"
  | "lookAtModelFolder"
  | "moveModels"
  | "retryMoveModels"
  | "cancelMoveModels"
  | "useModelFolder";

export type AskMethod = SetupMethod | ModelsMethod | EarningsMethod | SettingsMethod | ComputerMethod | WalletMethod;

/**
 * The agent said no; its words are English. Field is what they are about, where they
 * are about one. Said and reason are what any language can say.
 */
export class AgentError extends Error {
  readonly field?: string;
  readonly said?: Phrases;
  readonly reason?: Reason;
  /** The agent went away, and nobody knows what it has done. */
  readonly gone: boolean;

  constructor(message: string, data: ErrorData & { gone?: boolean } = {}) {
    super(message);
    this.field = data.field;
    this.said = data.said;
    this.reason = data.reason;
    this.gone = data.gone ?? false;
  }
}

interface ErrorData {
  field?: string;
  said?: Phrases;
  reason?: Reason;
}

const tokenKey = "helium-token";

/**
 * Finds the agent: through the desktop window when this page is in one, or at
 * the address that served this page, with the token from the link. The token
 * is taken out of the address bar at once and kept for this tab.
 */
export async function findAgent(page: Window = window): Promise<AgentAddress> {
  const native = bound<() => Promise<AgentAddress>>("Agent", page);
  if (native) return native();

  const inLink = new URLSearchParams(page.location.hash.replace(/^#\/?/, "")).get("token");
  if (inLink) {
    page.sessionStorage.setItem(tokenKey, inLink);
    page.history.replaceState(null, "", page.location.pathname);
  }
  return { url: page.location.origin, token: inLink ?? page.sessionStorage.getItem(tokenKey) ?? "" };
}

/** The system's own dialog for folders, which gives an empty name when none was chosen; null in a browser. */
export function folderDialog(page: Window = window): ((title: string) => Promise<string>) | null {
  return bound<(title: string) => Promise<string>>("ChooseFolder", page);
}

/** How long to wait before the n-th try to reach the agent again. */
export function backoff(n: number): number {
  return Math.min(250 * 2 ** n, 5000);
}

interface Message {
  id?: number;
  result?: unknown;
  error?: { message: string; data?: ErrorData };
  method?: string;
  params?: { subscription: string; result: unknown };
}

/**
 * One line to the agent, kept up: a WebSocket, or the desktop window's own. It
 * subscribes to the state, hands every change to those who listen, and calls methods.
 */
export class Agent {
  #view: AgentView = { link: "connecting", state: null };
  #listeners = new Set<() => void>();
  #stateId = "";
  #feeds = new Map<(value: unknown) => void, { feed: Feed; id?: string }>();
  #socket: Line | null = null;
  #calls = new Map<number, { resolve: (v: unknown) => void; reject: (e: Error) => void }>();
  #lastId = 0;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(
    private readonly find: () => Promise<AgentAddress> = findAgent,
    private readonly Socket: typeof WebSocket = WebSocket,
    private readonly windowLine: () => Line | null = () => null,
  ) {
    void this.#connect();
  }

  get view(): AgentView {
    return this.#view;
  }

  listen = (tell: () => void): (() => void) => {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  };

  /** Calls a method; returns when the agent has noted the wish. */
  async call(method: AgentMethod): Promise<void> {
    await this.#request(`helium_${method}`, []);
  }

  /** Pauses for a while, and then goes on by itself. */
  async pauseFor(length: PauseLength): Promise<void> {
    await this.#request("helium_pauseFor", [length]);
  }

  /** Calls a method that says no in sentences for the person. */
  async ask<T = null>(method: AskMethod, ...params: unknown[]): Promise<T> {
    return (await this.#request(`helium_${method}`, params)) as T;
  }

  /**
   * Fetches from the bridge that the agent speaks to, by a path of the bridge. The
   * token travels in a header, and never in an address.
   */
  readonly fetchBridge: typeof globalThis.fetch = async (input, init) => {
    const { url, token } = await this.find();
    const headers = new Headers(init?.headers);
    headers.set("Authorization", `Bearer ${token}`);
    return globalThis.fetch(`${url}/bridge${String(input)}`, { ...init, credentials: "omit", headers });
  };

  /** Hears a feed until the returned function is called, and again from its beginning when the agent was away. */
  hear<T>(feed: Feed, tell: (value: T) => void): () => void {
    const hear = tell as (value: unknown) => void;
    this.#feeds.set(hear, { feed });
    this.#follow(hear);
    return () => {
      const id = this.#feeds.get(hear)?.id;
      this.#feeds.delete(hear);
      if (id) this.#request("helium_unsubscribe", [id]).catch(() => {});
    };
  }

  #follow(hear: (value: unknown) => void) {
    const entry = this.#feeds.get(hear);
    if (!entry || this.#socket?.readyState !== 1) return;
    this.#subscribe(entry.feed, (id) => {
      // Nobody may want it any more.
      if (this.#feeds.get(hear) === entry) entry.id = id;
      else this.#request("helium_unsubscribe", [id]).catch(() => {});
    });
  }

  /** Tries to reach the agent now rather than after the wait. */
  retry() {
    if (this.#view.link === "connected" || this.#closed) return;
    clearTimeout(this.#timer);
    this.#tries = 0;
    void this.#connect();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  async #connect() {
    const line = this.windowLine();
    if (line) {
      this.#use(line, "");
      return;
    }
    let address: AgentAddress;
    try {
      address = await this.find();
    } catch {
      this.#again("lost");
      return;
    }
    if (this.#closed) return;
    if (address.token === "") {
      this.#show({ ...this.#view, link: "refused" });
      return;
    }
    const protocols = ["helium.v1", `token.${address.token}`];
    this.#use(new this.Socket(`${address.url.replace(/^http/, "ws")}/api`, protocols) as Line, address.url);
  }

  #use(socket: Line, url: string) {
    const before = this.#socket;
    this.#socket = socket;
    before?.close();
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#tries = 0;
      this.#subscribe(
        "state",
        (id) => {
          this.#stateId = id;
        },
        () => socket.close(),
      );
      for (const hear of this.#feeds.keys()) this.#follow(hear);
    };
    socket.onmessage = (e) => {
      if (socket === this.#socket) this.#take(String(e.data));
    };
    // It says nothing that the close after it doesn't.
    socket.onerror = () => {};
    socket.onclose = () => {
      // Another socket has taken its place.
      if (socket !== this.#socket) return;
      for (const call of this.#calls.values())
        call.reject(new AgentError("the agent went away before it answered", { gone: true }));
      this.#calls.clear();
      void this.#lost(url, opened);
    };
  }

  /** A browser doesn't say why a socket failed, so ask the page's address whether anybody is there. */
  async #lost(url: string, opened: boolean) {
    if (this.#closed) return;
    if (!opened && url === globalThis.location?.origin) {
      const there = await fetch(`${url}/`, { cache: "no-store" }).then(
        (r) => r.ok,
        () => false,
      );
      if (there && this.#tries >= 2) {
        this.#show({ ...this.#view, link: "refused" });
        return;
      }
    }
    this.#again("lost");
  }

  #again(link: AgentView["link"]) {
    if (this.#closed) return;
    this.#show({ ...this.#view, link });
    this.#timer = setTimeout(() => void this.#connect(), backoff(this.#tries++));
  }

  #request(method: string, params: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => this.#send(method, params, resolve, reject));
  }

  /** The subscription's name is known before the first message of it is read, which may come with it. */
  #subscribe(feed: string, named: (id: string) => void, refused: () => void = () => {}) {
    this.#send("helium_subscribe", [feed], (id) => named(String(id)), refused);
  }

  #send(method: string, params: unknown[], resolve: (v: unknown) => void, reject: (e: Error) => void) {
    const socket = this.#socket;
    if (socket?.readyState !== 1) return reject(new AgentError("the agent can't be reached", { gone: true }));
    const id = ++this.#lastId;
    this.#calls.set(id, { resolve, reject });
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  }

  #take(text: string) {
    let message: Message;
    try {
      message = JSON.parse(text) as Message;
    } catch {
      this.#socket?.close();
      return;
    }
    if (message.method === "helium_subscription") {
      const { subscription, result } = message.params ?? {};
      if (subscription === this.#stateId) this.#show({ link: "connected", state: result as State });
      // One that is nobody's was just given up.
      else for (const [hear, { id }] of this.#feeds) if (id === subscription) hear(result);
      return;
    }
    const call = this.#calls.get(message.id ?? 0);
    if (!call) return;
    this.#calls.delete(message.id ?? 0);
    if (message.error) call.reject(new AgentError(message.error.message, message.error.data));
    else call.resolve(message.result);
  }

  #show(view: AgentView) {
    this.#view = view;
    for (const tell of this.#listeners) tell();
  }
}
