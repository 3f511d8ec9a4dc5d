import type { State } from "./api.gen";

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

/** The agent said no; its words are for the person. */
export class AgentError extends Error {}

const tokenKey = "helium-token";

/**
 * Finds the agent: through the desktop window when this page is in one, or at
 * the address that served this page, with the token from the link. The token
 * is taken out of the address bar at once and kept for this tab.
 */
export async function findAgent(page: Window = window): Promise<AgentAddress> {
  const inWindow = native("Agent", page);
  if (inWindow) return inWindow();

  const inLink = new URLSearchParams(page.location.hash.replace(/^#\/?/, "")).get("token");
  if (inLink) {
    page.sessionStorage.setItem(tokenKey, inLink);
    page.history.replaceState(null, "", page.location.pathname);
  }
  return { url: page.location.origin, token: inLink ?? page.sessionStorage.getItem(tokenKey) ?? "" };
}

/** What the desktop window can do for its page. */
interface Native {
  Agent: () => Promise<AgentAddress>;
  /** The folder that a person chose; empty when they chose none. */
  ChooseFolder: (title: string) => Promise<string>;
}

/** One of the window's bound methods; Wails puts them at go.<package>.<struct>. */
function native<M extends keyof Native>(method: M, page: Window): Native[M] | null {
  const go = (page as Window & { go?: Record<string, Record<string, Partial<Native>>> }).go;
  for (const structs of Object.values(go ?? {})) {
    for (const bound of Object.values(structs)) {
      if (typeof bound[method] === "function") return bound[method] as Native[M];
    }
  }
  return null;
}

/** The system's own dialog for folders; null in a browser. */
export function folderDialog(page: Window = window): Native["ChooseFolder"] | null {
  return native("ChooseFolder", page);
}

/** How long to wait before the n-th try to reach the agent again. */
export function backoff(n: number): number {
  return Math.min(250 * 2 ** n, 5000);
}

interface Message {
  id?: number;
  result?: unknown;
  error?: { message: string };
  method?: string;
  params?: { subscription: string; result: unknown };
}

/**
 * One WebSocket to the agent, kept up. It subscribes to the state, hands every
 * change to those who listen, and calls methods.
 */
export class Agent {
  #view: AgentView = { link: "connecting", state: null };
  #listeners = new Set<() => void>();
  #socket: WebSocket | null = null;
  #calls = new Map<number, { resolve: (v: unknown) => void; reject: (e: Error) => void }>();
  #lastId = 0;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(
    private readonly find: () => Promise<AgentAddress> = findAgent,
    private readonly Socket: typeof WebSocket = WebSocket,
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

  /** Calls a method of the first run, the wallet or the models; its errors are sentences for the person. */
  async ask<T = null>(method: SetupMethod | ModelsMethod, ...params: unknown[]): Promise<T> {
    return (await this.#request(`helium_${method}`, params)) as T;
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
    const before = this.#socket;
    const socket = new this.Socket(`${address.url.replace(/^http/, "ws")}/api`, [
      "helium.v1",
      `token.${address.token}`,
    ]);
    this.#socket = socket;
    before?.close();
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#tries = 0;
      this.#request("helium_subscribe", ["state"]).catch(() => socket.close());
    };
    socket.onmessage = (e) => {
      if (socket === this.#socket) this.#take(String(e.data));
    };
    // It says nothing that the close after it doesn't.
    socket.onerror = () => {};
    socket.onclose = () => {
      // Another socket has taken its place.
      if (socket !== this.#socket) return;
      for (const call of this.#calls.values()) call.reject(new AgentError("the agent went away before it answered"));
      this.#calls.clear();
      void this.#lost(address, opened);
    };
  }

  /** A browser doesn't say why a socket failed, so ask the page's address whether anybody is there. */
  async #lost(address: AgentAddress, opened: boolean) {
    if (this.#closed) return;
    if (!opened && address.url === globalThis.location?.origin) {
      const there = await fetch(`${address.url}/`, { cache: "no-store" }).then(
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
    const socket = this.#socket;
    if (socket?.readyState !== 1) return Promise.reject(new AgentError("the agent can't be reached"));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
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
      this.#show({ link: "connected", state: message.params?.result as State });
      return;
    }
    const call = this.#calls.get(message.id ?? 0);
    if (!call) return;
    this.#calls.delete(message.id ?? 0);
    if (message.error) call.reject(new AgentError(message.error.message));
    else call.resolve(message.result);
  }

  #show(view: AgentView) {
    this.#view = view;
    for (const tell of this.#listeners) tell();
  }
}
