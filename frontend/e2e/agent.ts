import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CDPSession, expect, type Page } from "@playwright/test";
import WebSocket from "ws";
import type { DraftPhrase, State } from "../src/lib/api.gen";

async function addressOf(dir: string): Promise<{ url: string; token: string }> {
  return JSON.parse(await readFile(join(dir, "agent.json"), "utf8"));
}

/** Calls a method of the local API of the agent in a folder. */
async function call<T>(dir: string, method: string, ...params: unknown[]): Promise<T> {
  const { url, token } = await addressOf(dir);
  const socket = new WebSocket(`${url.replace("http", "ws")}/api`, ["helium.v1", `token.${token}`], { origin: url });
  try {
    return await new Promise<T>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => reject(new Error(`the agent went away during ${method}`)));
      socket.on("open", () =>
        socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: `helium_${method}`, params })),
      );
      socket.on("message", (text) => {
        const { result, error } = JSON.parse(String(text));
        if (error) reject(new Error(error.message));
        else resolve(result);
      });
    });
  } finally {
    socket.terminate();
  }
}

/** Takes the agent in a folder out of the network, which would else go on drawing it for tasks. */
export async function leave(dir: string) {
  const chain = () => call<State>(dir, "state").then((s) => s.node.chain);
  const joined = await chain().then(
    (status) => status !== "" && status !== "quit",
    () => false,
  );
  if (!joined) return;
  await call(dir, "stop");
  await expect
    .poll(chain, { timeout: 30_000, intervals: [200] })
    .toBe("quit")
    .catch(() => {});
}

/** An agent of its own, as a person starts one, beside the network. */
export class Agent {
  log = "";
  #process?: ChildProcess;

  private constructor(
    readonly dir: string,
    readonly flags: string[],
  ) {}

  static async start(...flags: string[]): Promise<Agent> {
    const agent = new Agent(await mkdtemp(join(tmpdir(), "helium-agent-")), flags);
    await agent.run();
    return agent;
  }

  async run() {
    const program = join(import.meta.dirname, "../../bin/helium");
    const args = ["-v", "node", "--data", this.dir, "--passphrase-file", "--stop-with-stdin", ...this.flags];
    const env = { ...process.env, HF_ENDPOINT: "http://127.0.0.1:9", HF_HOME: join(this.dir, "hf") };
    this.#process = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env });
    for (const out of [this.#process.stdout, this.#process.stderr]) {
      out?.on("data", (b: Buffer) => {
        this.log += b;
      });
    }
    await expect.poll(() => this.link().catch(() => ""), { timeout: 30_000 }).toContain("#token=");
  }

  async link(): Promise<string> {
    const { url, token } = await addressOf(this.dir);
    return `${url}/#token=${token}`;
  }

  /** Calls a method of the local API. */
  call<T = null>(method: string, ...params: unknown[]): Promise<T> {
    return call<T>(this.dir, method, ...params);
  }

  state(): Promise<State> {
    return this.call<State>("state");
  }

  /** Waits until the state is as wanted. */
  async until(what: string, is: (s: State) => boolean, timeout = 60_000): Promise<State> {
    let last: State | undefined;
    const look = async () => {
      last = await this.state();
      return is(last);
    };
    await expect.poll(look, { message: what, timeout, intervals: [200] }).toBe(true);
    return last as State;
  }

  /** Goes through the first run without a person, up to a wallet on a network that does not earn yet. */
  async setUp(passphrase = "") {
    const next = () => expect(async () => this.call("setupNext")).toPass({ timeout: 60_000, intervals: [300] });
    await next();
    const { words, ask } = await this.call<DraftPhrase>("draftPhrase");
    await this.call("createWallet", { words: ask.map((n) => words[n - 1]), passphrase });
    await this.until("the network", (s) => s.network.connected && s.node.status === "stopped");
    await next();
    await this.call("chooseModel", "helium/demo");
    await next();
    await next();
    await this.until("the end of the first run", (s) => !s.setup);
    return words;
  }

  /** Ends it, and waits until it is gone. */
  async end() {
    if (!this.#process || this.#process.exitCode !== null) return;
    const gone = new Promise((done) => this.#process?.once("exit", done));
    this.#process?.stdin?.end();
    await gone;
  }

  /** Ends it for good. */
  async remove() {
    await leave(this.dir);
    await this.end();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Every file of its folder but the models, and all that it said. */
  async everything(): Promise<Map<string, Buffer>> {
    const all = new Map([["the log", Buffer.from(this.log)]]);
    for (const f of await readdir(this.dir, { recursive: true, withFileTypes: true })) {
      const path = join(f.parentPath, f.name);
      if (f.isFile() && !path.startsWith(join(this.dir, "hf"))) all.set(path, await readFile(path));
    }
    return all;
  }
}

/** The strings that the page's memory holds. */
export async function memory(page: Page): Promise<string> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  cdp.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("HeapProfiler.takeHeapSnapshot", { captureNumericValue: true });
  await cdp.detach();
  return chunks.join("");
}

/**
 * What the memory still holds of a phrase: two of its words in a row, or more than two that it did not hold before.
 * One or two of twelve may be ones that the page itself has come to use.
 */
export function leftOf(words: string[], before: string, after: string): string[] {
  const alone = words.filter((w) => after.includes(`"${w}"`) && !before.includes(`"${w}"`));
  return [...(alone.length > 2 ? alone : []), ...pairsOf(words).filter((p) => after.includes(p))];
}

/** The words of a phrase by twos, as they stand in it. */
export const pairsOf = (words: string[]) => words.slice(1).map((w, i) => `${words[i]} ${w}`);
