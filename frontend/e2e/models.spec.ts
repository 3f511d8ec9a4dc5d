import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { leave } from "./agent";
import { fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { ready } from "./ready";

const commit = "0123456789abcdef0123456789abcdef01234567";

/** A server that answers as Hugging Face does, as fast as the test wants. */
class Hub {
  /** Bytes a second; 0 for as fast as it goes. */
  pace = 0;
  sent = 0;
  #repos = new Map<string, Map<string, Buffer>>();
  #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? "/", "http://hub").pathname);
      const info = /^\/api\/models\/([^/]+\/[^/]+)/.exec(path);
      if (info) {
        const files = this.#repos.get(info[1] ?? "");
        if (!files) return response.writeHead(404, { "x-error-code": "RepoNotFound" }).end();
        const siblings = [...files].map(([rfilename, b]) => ({
          rfilename,
          size: b.length,
          lfs: { sha256: sum(b), size: b.length },
        }));
        return response.end(JSON.stringify({ id: info[1], sha: commit, siblings }));
      }
      const [id, rest] = path.slice(1).split("/resolve/");
      const body = this.#repos.get(id ?? "")?.get((rest ?? "").split("/").slice(1).join("/"));
      if (!body) return response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
      const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
      const from = Number(range?.[1] ?? 0);
      const end = Math.min(Number(range?.[2] || body.length - 1), body.length - 1);
      response.writeHead(range ? 206 : 200, {
        "content-length": end - from + 1,
        "accept-ranges": "bytes",
        "x-repo-commit": commit,
        "x-linked-etag": `"${sum(body)}"`,
        ...(range ? { "content-range": `bytes ${from}-${end}/${body.length}` } : {}),
      });
      if (request.method === "HEAD") return response.end();
      void this.#send(response, body.subarray(from, end + 1));
    });
  }

  async #send(response: import("node:http").ServerResponse, body: Buffer) {
    const block = 64 << 10;
    for (let at = 0; at < body.length && !response.destroyed; at += block) {
      const part = body.subarray(at, at + block);
      this.sent += part.length;
      if (!response.write(part) && !response.destroyed) {
        // Whoever asked may leave in the middle; then nobody drains it.
        await Promise.race([
          new Promise((done) => response.once("drain", done)),
          new Promise((done) => setTimeout(done, 200)),
        ]);
      }
      if (this.pace > 0) await new Promise((done) => setTimeout(done, (part.length / this.pace) * 1000));
    }
    response.end();
  }

  put(id: string, name: string, body: Buffer) {
    this.#repos.set(id, new Map([...(this.#repos.get(id) ?? []), [name, body]]));
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const sum = (b: Buffer) => createHash("sha256").update(b).digest("hex");

/** An agent of its own beside the network, which earns without a first run. */
class Agent {
  #process?: ChildProcess;
  log = "";
  private constructor(
    readonly dir: string,
    readonly hub: string,
    readonly cache: string,
  ) {}

  static async start(hub: string, cache?: string): Promise<Agent> {
    const dir = await mkdtemp(join(tmpdir(), "helium-models-"));
    const agent = new Agent(dir, hub, cache ?? join(dir, "hub"));
    await agent.run();
    return agent;
  }

  async run() {
    const program = join(import.meta.dirname, "../../bin/helium");
    const args = ["-v", "node", "--data", join(this.dir, "data"), "--passphrase-file", "--stop-with-stdin", "--always"];
    const env = { ...process.env, HF_ENDPOINT: this.hub, HF_HUB_CACHE: this.cache };
    this.#process = spawn(program, [...args, "--run", "--profile", ready().profile], {
      stdio: ["pipe", "pipe", "pipe"],
      env,
    });
    for (const out of [this.#process.stdout, this.#process.stderr]) {
      out?.on("data", (b: Buffer) => {
        this.log += b;
      });
    }
    await expect.poll(() => this.link().catch(() => ""), { timeout: 60_000 }).toContain("#token=");
  }

  async link(): Promise<string> {
    const { url, token } = JSON.parse(await readFile(join(this.dir, "data", "agent.json"), "utf8"));
    return `${url}/#token=${token}`;
  }

  async end(signal?: "SIGKILL") {
    const gone = new Promise((done) => this.#process?.once("exit", done));
    if (signal) this.#process?.kill(signal);
    else this.#process?.stdin?.end();
    await gone;
    if (signal) await rm(join(this.dir, "data", "agent.json"), { force: true });
  }

  async remove() {
    await leave(join(this.dir, "data"));
    await this.end();
    await rm(this.dir, { recursive: true, force: true });
  }
}

let hub: Hub;
let agent: Agent;
let disks: string[] = [];

/** A disk of its own, of so many bytes. */
async function disk(bytes: number): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "helium-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", dir]);
  disks.push(dir);
  return dir;
}

/** The text model that every agent makes, as a file that a hub may have. */
function gguf(cache: string): Buffer {
  const snapshots = join(cache, "models--helium--demo", "snapshots");
  const version = readdirSync(snapshots)[0] ?? "";
  return readFileSync(join(snapshots, version, "demo.gguf"));
}

const small = "Qwen/Qwen2.5-0.5B-Instruct-GGUF";
const smallFile = "qwen2.5-0.5b-instruct-q4_k_m.gguf";
const other = "owner/Other-GGUF";

async function open(page: Page, cache?: string) {
  agent = await Agent.start(await hub.start(), cache);
  await page.goto(await agent.link());
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working|joining/, {
    timeout: 150_000,
  });
  await page.getByRole("link", { name: "Models" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Models" })).toBeVisible();
  await expect(row(page, "helium/demo")).toBeVisible({ timeout: 30_000 });
  const body = gguf(agent.cache);
  hub.put(small, smallFile, body);
  hub.put(other, "other.q4_k_m.gguf", body);
}

const row = (page: Page, id: string) => page.locator(`[data-testid=model][data-id="${id}"]`);
const download = (page: Page, id: string) => page.locator(`[data-testid=download][data-id="${id}"]`);

async function get(page: Page, text: string) {
  await page.getByRole("button", { name: "Add a model" }).click();
  const dialog = page.getByTestId("add-model");
  await dialog.getByLabel("Name or address").fill(text);
  await dialog.getByRole("button", { name: "Look it up" }).click();
  await expect(dialog.getByTestId("found")).toContainText("Fits this computer", { timeout: 30_000 });
  await dialog.getByRole("button", { name: "Download", exact: true }).click();
  await expect(dialog).toBeHidden();
}

async function remove(page: Page, id: string) {
  await row(page, id)
    .getByRole("button", { name: /^Delete / })
    .click();
  await page.getByTestId("delete-model").getByRole("button", { name: "Delete it" }).click();
}

test.beforeEach(() => {
  hub = new Hub();
});

test.afterEach(async () => {
  await agent?.remove();
  hub.close();
  for (const dir of disks) {
    execFileSync("umount", [dir]);
    await rm(dir, { recursive: true, force: true });
  }
  disks = [];
});

test("a model is looked up, fetched, paused, resumed after a kill, and deleted when the network knows", async ({
  page,
}) => {
  await open(page);
  const whole = gguf(agent.cache).length;
  await page.getByRole("button", { name: "Add a model" }).click();
  const dialog = page.getByTestId("add-model");
  await dialog.getByLabel("Name or address").fill("no model");
  await dialog.getByRole("button", { name: "Look it up" }).click();
  await expect(dialog.getByRole("alert")).toContainText("no model's name");
  await dialog.getByLabel("Name or address").fill("owner/nothing");
  await dialog.getByRole("button", { name: "Look it up" }).click();
  await expect(dialog.getByRole("alert")).toContainText("does not have it");
  await page.keyboard.press("Escape");

  hub.pace = whole / 20;
  await get(page, `https://huggingface.co/${small}/blob/main/${smallFile}`);
  await expect(download(page, small)).toHaveAttribute("data-status", "fetching");
  await expect(download(page, small)).toContainText(/ of .*\/s · .* left/, { timeout: 15_000 });
  await shot(page, "models-download");
  await download(page, small)
    .getByRole("button", { name: /^Pause / })
    .click();
  await expect(download(page, small)).toHaveAttribute("data-status", "paused");
  await expect(download(page, small)).toContainText("Paused at");

  // The program is killed; what came stays, and so does the pause.
  await agent.end("SIGKILL");
  await agent.run();
  await page.goto("about:blank");
  await page.goto(await agent.link());
  await page.getByRole("link", { name: "Models" }).click();
  await expect(download(page, small)).toHaveAttribute("data-status", "paused", { timeout: 60_000 });
  const before = hub.sent;
  hub.pace = 0;
  await download(page, small)
    .getByRole("button", { name: /^Go on / })
    .click();
  await expect(row(page, small)).toBeVisible({ timeout: 60_000 });
  expect(hub.sent - before).toBeLessThan(whole);
  await expect(row(page, small)).toContainText("no task has used it yet");
  await expect(download(page, small)).toHaveCount(0);

  // It is in the network with it, and told before it goes.
  await page.getByRole("link", { name: "Home" }).click();
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 120_000 });
  await expect.poll(() => (agent.log.match(/what=announce/g) ?? []).length, { timeout: 90_000 }).toBeGreaterThan(0);
  const announced = (agent.log.match(/what=announce/g) ?? []).length;
  await page.getByRole("link", { name: "Models" }).click();
  await remove(page, small);
  await expect(row(page, small)).toHaveCount(0, { timeout: 90_000 });
  expect((agent.log.match(/what=announce/g) ?? []).length).toBeGreaterThan(announced);
  const left = (await readdir(agent.cache)).filter((n) => n.includes("Qwen"));
  expect(left).toEqual([]);
});

test("a download is cancelled, waits on a full disk, and goes on when there is room", async ({ page }) => {
  const place = await disk(2 ** 30 + 200 * 2 ** 20);
  await open(page, place);
  const whole = gguf(agent.cache).length;
  hub.pace = whole / 30;
  await get(page, other);
  await expect(download(page, other)).toContainText("/s", { timeout: 20_000 });
  await download(page, other)
    .getByRole("button", { name: /^Cancel / })
    .click();
  await page.getByTestId("cancel-download").getByRole("button", { name: "Cancel the download" }).click();
  await expect(download(page, other)).toHaveCount(0);
  await expect
    .poll(async () => (await readdir(place)).filter((n) => n.includes("Other")), { timeout: 30_000 })
    .toEqual([]);

  hub.pace = 0;
  execFileSync("mount", ["-o", `remount,size=${2 ** 30}`, place]);
  await get(page, other);
  await expect(download(page, other)).toHaveAttribute("data-status", "stuck", { timeout: 30_000 });
  await expect(download(page, other)).toContainText("not enough room");
  await expect(download(page, other)).toContainText("by itself when there is room");
  await shot(page, "models-disk-full");
  execFileSync("mount", ["-o", `remount,size=${2 ** 30 + 300 * 2 ** 20}`, place]);
  await expect(row(page, other)).toBeVisible({ timeout: 60_000 });
});

test("a limit tells what goes, and all models move to another disk and back, by the keyboard", async ({ page }) => {
  await open(page);
  await get(page, small);
  await expect(row(page, small)).toBeVisible({ timeout: 60_000 });

  await page.getByRole("button", { name: "Move", exact: true }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByTestId("move-dialog");
  await dialog.getByLabel("Folder").fill(agent.cache);
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toContainText("there already");
  const place = await disk(2 * 2 ** 30);
  await dialog.getByLabel("Folder").fill(place);
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("status")).toContainText("have to be copied", { timeout: 20_000 });
  await shot(page, "models-move-plan");
  await isAccessible(page);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByTestId("folder")).toHaveText(place, { timeout: 120_000 });
  await expect(page.getByTestId("move")).toHaveCount(0, { timeout: 60_000 });
  await expect(row(page, small)).toBeVisible();
  expect((await readdir(agent.cache)).filter((n) => n.includes("Qwen"))).toEqual([]);
  expect(existsSync(join(place, "models--Qwen--Qwen2.5-0.5B-Instruct-GGUF"))).toBe(true);

  await page.getByRole("button", { name: "Limit", exact: true }).focus();
  await page.keyboard.press("Enter");
  const limit = page.getByTestId("limit");
  await limit.getByText("At most").click();
  await limit.getByLabel("Gigabytes").fill("nothing");
  await expect(limit).toContainText("Enter a number above 0");
  await limit.getByLabel("Gigabytes").fill("0.001");
  await expect(limit).toContainText("This model goes now and frees");
  await shot(page, "models-limit");
  await isAccessible(page);
  await limit.getByRole("button", { name: "Save and delete" }).click();
  await expect(limit).toBeHidden();
  await expect(row(page, small)).toHaveCount(0, { timeout: 90_000 });
  await expect(page.getByTestId("disk-used")).toHaveAttribute("data-limit", "1000000");

  // Both hold after a restart; without its disk nothing is put into an empty folder.
  await agent.end();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", place]);
  await agent.run();
  await page.goto("about:blank");
  await page.goto(await agent.link());
  await page.getByRole("link", { name: "Models" }).click();
  await expect(page.getByText("The folder with the models isn't there")).toBeVisible({ timeout: 30_000 });
  await shot(page, "models-gone");
  await isAccessible(page);
  expect(readdirSync(place)).toEqual([]);
  execFileSync("umount", [place]);
  await expect(page.getByTestId("folder")).toHaveText(place, { timeout: 90_000 });
  await expect(page.getByTestId("disk-used")).toHaveAttribute("data-limit", "1000000");
});

for (const scheme of schemes) {
  test(`looks right in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await open(page);
    // One that another program fetched.
    const theirs = join(agent.cache, "models--owner--theirs", "snapshots", commit);
    mkdirSync(theirs, { recursive: true });
    execFileSync("cp", [
      join(
        agent.cache,
        "models--helium--demo",
        "snapshots",
        readdirSync(join(agent.cache, "models--helium--demo", "snapshots"))[0] ?? "",
        "demo.gguf",
      ),
      join(theirs, "theirs.gguf"),
    ]);
    hub.put("owner/theirs", "theirs.gguf", gguf(agent.cache));
    await get(page, "owner/theirs");
    await expect(row(page, "owner/theirs")).toContainText("Another program fetched it", { timeout: 60_000 });
    await expect(row(page, "owner/theirs").getByRole("button")).toHaveCount(0);
    await get(page, small);
    await expect(row(page, small)).toBeVisible({ timeout: 60_000 });
    hub.pace = gguf(agent.cache).length / 60;
    await get(page, other);
    await expect(download(page, other)).toContainText("left", { timeout: 30_000 });
    const look = async (name: string) => {
      for (const s of sizes) {
        await page.setViewportSize(s);
        await shot(page, `models-${name}-${scheme}-${s.name}`);
        await fitsItsWidth(page);
      }
      await isAccessible(page);
    };
    await look("all");
    await row(page, small)
      .getByRole("button", { name: /^Delete / })
      .click();
    await look("delete");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Add a model" }).click();
    await page.getByTestId("add-model").getByLabel("Name or address").fill(other);
    await page.getByRole("button", { name: "Look it up" }).click();
    await expect(page.getByTestId("found")).toBeVisible({ timeout: 20_000 });
    await look("add");
  });
}
