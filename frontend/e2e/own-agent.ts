import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";

/** An agent of its own, as a person starts one, beside the network. */
export class Agent {
  log = "";
  #process?: ChildProcess;

  private constructor(
    readonly dir: string,
    readonly flags: string[],
  ) {}

  static async start(...flags: string[]): Promise<Agent> {
    const agent = new Agent(await mkdtemp(join(tmpdir(), "helium-first-run-")), flags);
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
    const { url, token } = JSON.parse(await readFile(join(this.dir, "agent.json"), "utf8"));
    return `${url}/#token=${token}`;
  }

  /** Ends it, and waits until it is gone. */
  async end() {
    const gone = new Promise((done) => this.#process?.once("exit", done));
    this.#process?.stdin?.end();
    await gone;
  }

  async remove() {
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
