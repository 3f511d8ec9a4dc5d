import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { leave } from "./agent";
import { fitsItsWidth, isAccessible, schemes, shot, sizes } from "./looks";
import { ready } from "./ready";

const network = () => (ready() as unknown as { profile: string }).profile;

/** An agent of its own that joins the network, as on a computer of which the test knows everything. */
class Agent {
  log = "";
  #process?: ChildProcess;
  private constructor(
    readonly dir: string,
    readonly env: Record<string, string>,
  ) {}

  static async start(env: Record<string, string> = {}, prepare = async (_dir: string) => {}): Promise<Agent> {
    const agent = new Agent(await mkdtemp(join(tmpdir(), "helium-when-")), env);
    await prepare(agent.dir);
    await agent.run();
    return agent;
  }

  async run() {
    const program = join(import.meta.dirname, "../../bin/helium");
    const args = ["node", "--data", this.dir, "--profile", network(), "--run", "--passphrase-file"];
    this.#process = spawn(program, ["-v", ...args, "--stop-with-stdin"], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, DISPLAY: "", WAYLAND_DISPLAY: "", HF_HOME: join(this.dir, "hf"), ...this.env },
    });
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

  /** The processes of its engine. */
  async engines(): Promise<number[]> {
    const found: number[] = [];
    for (const pid of (await readdir("/proc")).filter((f) => /^\d+$/.test(f))) {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(parent) === this.#process?.pid && state !== "Z") found.push(Number(pid));
    }
    return found;
  }

  /** Ends it, and waits until it is gone. */
  async end() {
    const gone = new Promise((done) => this.#process?.once("exit", done));
    this.#process?.stdin?.end();
    await gone;
  }

  async remove() {
    await leave(this.dir);
    await this.end();
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** What a test has started, ended in reverse. */
const ends: (() => unknown)[] = [];
test.afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startAgent(env?: Record<string, string>, prepare?: (dir: string) => Promise<void>): Promise<Agent> {
  const agent = await Agent.start(env, prepare);
  ends.push(() => agent.remove());
  return agent;
}

function start(program: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(program, args, {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
  ends.push(() => child.kill("SIGKILL"));
  return child;
}

/** A real X server with a real window manager; gives its name. */
async function desktop(): Promise<string> {
  const server = start("Xvfb", ["-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"]);
  const number = await new Promise<string>((done, fail) => {
    server.stdio[3]?.once("data", (b: Buffer) => done(String(b).trim()));
    server.once("error", fail);
    server.once("exit", () => fail(new Error("Xvfb has ended")));
  });
  const display = `:${number}`;
  start("openbox", ["--sm-disable"], { DISPLAY: display, HOME: tmpdir() });
  return display;
}

/** A real program whose window fills the screen, until it is ended; given once that is to be seen. */
async function fillScreen(display: string): Promise<() => void> {
  const dir = await mkdtemp(join(tmpdir(), "helium-game-"));
  ends.push(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const args = ["--kiosk", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${dir}`, "about:blank"];
  const game = start(process.env.HELIUM_CHROMIUM ?? "/usr/bin/chromium", args, { DISPLAY: display });
  // Asked again and again: told to wait by itself, it gives up where a window goes while it looks.
  const seen = () =>
    once(start("xdotool", ["search", "--onlyvisible", "--class", "chrom"], { DISPLAY: display }), "exit");
  await expect.poll(seen, { timeout: 60_000 }).toEqual([0, null]);
  return () => game.kill();
}

/** A real process with that name. */
async function run(name: string): Promise<ChildProcess> {
  const dir = await mkdtemp(join(tmpdir(), "helium-program-"));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  await copyFile("/bin/sleep", join(dir, name));
  await chmod(join(dir, name), 0o755);
  return start(join(dir, name), ["300"]);
}

async function open(page: Page, agent: Agent, path = "/when") {
  await page.goto(await agent.link());
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 120_000 });
  await go(page, path);
}

const go = (page: Page, path: string) => page.evaluate((to) => location.assign(`#${to}`), path);
const now = (page: Page) => page.getByTestId("right-now");
const toast = (page: Page, text: string) => page.getByText(text, { exact: true });

test("a game that fills the screen has the card at once, and the node goes on by itself after it", async ({ page }) => {
  const display = await desktop();
  const agent = await startAgent({ DISPLAY: display });
  await open(page, agent);
  await expect(page.getByTestId("sensed")).toContainText("Nothing fills the screen");
  await expect(now(page)).toContainText(/as soon as a task comes|working on a task/);
  expect(await agent.engines()).toHaveLength(1);

  const close = await fillScreen(display);
  const began = Date.now();
  await expect(now(page)).toContainText(/Making room for chrom\w+, which fills the screen/, { timeout: 10_000 });
  const seen = Date.now() - began;
  await expect.poll(() => agent.engines(), { timeout: 15_000, intervals: [50] }).toHaveLength(0);
  console.log(`told ${seen} ms after the game was there, engine gone after ${Date.now() - began} ms`);
  await shot(page, "when-game");
  await go(page, "/");
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /paus/);
  await expect(page.getByText(/Making room for chrom\w+/)).toBeVisible();
  await expect(page.getByText("not running")).toBeVisible();

  close();
  await expect(page.getByText(/Starts again at/)).toBeVisible({ timeout: 15_000 });
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 90_000 });
  await go(page, "/when");
  await expect(page.getByTestId("sensed")).toContainText("Nothing fills the screen");
});

test("a listed program is chosen from what runs, by the keyboard, and taken out again with a way back", async ({
  page,
}) => {
  const agent = await startAgent();
  const game = await run("spacegame");
  await open(page, agent);
  const row = page.getByTestId("when-programs");
  const field = row.getByRole("combobox");
  await field.focus();
  await page.keyboard.type("spaceg");
  await expect(row.getByRole("option", { name: "spacegame" })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(row.getByRole("listitem")).toHaveText("spacegame");
  await expect(now(page)).toContainText("Making room for spacegame", { timeout: 8000 });
  await expect(page.getByTestId("sensed")).toContainText("spacegame runs");
  await expect(field).toHaveValue("");

  // What is no name of a program is refused beside the field, and stays in it.
  await field.fill("C:\\games\\doom.exe");
  await page.keyboard.press("Enter");
  await expect(row.getByRole("alert")).toContainText("Leave its folder out");
  await expect(field).toHaveValue("C:\\games\\doom.exe");

  await row.getByRole("button", { name: "Remove spacegame" }).click();
  await expect(row.getByRole("listitem")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row.getByRole("listitem")).toHaveText("spacegame");
  await page.reload();
  await go(page, "/when");
  await expect(row.getByRole("listitem")).toHaveText("spacegame");
  game.kill("SIGKILL");
  await expect(now(page)).toContainText(/Starts again at/, { timeout: 10_000 });
  await expect(now(page)).toContainText(/as soon as a task comes|working on a task/, { timeout: 90_000 });
});

/** A time of the clock so many hours from now. */
function clock(hours: number): string {
  const at = new Date(Date.now() + hours * 3_600_000);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

test("outside its hours the node pauses, within them it works, also over midnight", async ({ page }) => {
  const agent = await startAgent();
  await open(page, agent);
  const row = page.getByTestId("when-hours");
  await row.getByRole("switch").focus();
  await page.keyboard.press("Space");
  await expect(row.getByTestId("hours")).toContainText(/every day from .* until .* on the next day/);
  const set = async (label: string, value: string) => {
    await row.getByLabel(label, { exact: true }).fill(value);
    await page.keyboard.press("Enter");
  };
  await set("From", clock(2));
  await set("Until", clock(3));
  await expect(now(page)).toContainText("These aren't the hours that you chose", { timeout: 8000 });
  await expect(page.getByTestId("sensed")).toContainText("Outside your hours");
  await expect(now(page)).toContainText("Starts again at");

  await set("Until", clock(2));
  await expect(row.getByRole("alert")).toContainText("switch the hours off");
  for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]) {
    await row.getByLabel(day, { exact: true }).focus();
    await page.keyboard.press("Space");
    await expect(row.getByLabel(day, { exact: true })).not.toBeChecked();
  }
  await row.getByLabel("Sunday", { exact: true }).focus();
  await page.keyboard.press("Space");
  await expect(row.getByRole("alert")).toContainText("would never work");
  await expect(row.getByLabel("Sunday", { exact: true })).toBeChecked();
  await shot(page, "when-hours-refused");

  const usual = page.getByRole("button", { name: "Back to the usual choices" });
  await usual.click();
  await expect(row.getByRole("switch")).not.toBeChecked();
  await expect(now(page)).toContainText(/as soon as a task comes|working on a task/, { timeout: 60_000 });
  // The message gives the focus back when it goes, and leaves it where the person has gone since.
  const from = row.getByLabel("From", { exact: true });
  const message = page.getByText("As it was before");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row.getByRole("switch")).toBeChecked();
  await page.mouse.move(0, 0);
  await expect(message).toHaveCount(0, { timeout: 15_000 });
  await expect(usual).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Undo" }).click();
  await from.click();
  await expect(message).toBeVisible();
  await expect(message).toHaveCount(0, { timeout: 15_000 });
  await expect(from).toBeFocused();
  await set("From", clock(-1));
  await set("Until", clock(-2)); // 23 hours, which pass midnight
  for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]) {
    await row.getByLabel(day, { exact: true }).press("Space");
    await expect(row.getByLabel(day, { exact: true })).toBeChecked();
  }
  await expect(page.getByTestId("sensed")).toContainText("Within your hours");
  await expect(now(page)).toContainText(/as soon as a task comes|working on a task/, { timeout: 60_000 });
});

test("a pause for a while is chosen by the keyboard, and ended by it", async ({ page }) => {
  const agent = await startAgent();
  await open(page, agent, "/");
  const status = page.getByTestId("status");
  const pause = page.getByTestId("action-pause");
  await pause.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  await shot(page, "pause-menu");
  await isAccessible(page);
  await page.keyboard.press("Escape");
  await expect(pause).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: "For an hour" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(status).toHaveAttribute("data-status", "paused", { timeout: 30_000 });
  await expect(page.getByText(/You asked for a pause\. Starts again at/)).toBeVisible();
  await page.getByTestId("action-resume").focus();
  await page.keyboard.press("Enter");
  await expect(status).toHaveAttribute("data-status", /running|working/, { timeout: 60_000 });

  await pause.click();
  await page.getByRole("menuitem", { name: "Until I resume" }).click();
  await expect(status).toHaveAttribute("data-status", "paused", { timeout: 60_000 });
  await go(page, "/when");
  await expect(now(page)).toContainText("paused until you resume");
});

test("what can't be told here is shown with its reason, and numbers are refused where they stand", async ({ page }) => {
  const agent = await startAgent();
  await open(page, agent);
  for (const row of ["when-fullscreen", "when-person"]) {
    await expect(page.getByTestId(row).getByTestId("unread")).toContainText("there is no X display");
    await expect(page.getByTestId(row).getByRole("switch")).toBeEnabled();
  }
  const heat = page.getByTestId("when-heat");
  await heat.getByLabel("Too hot from").fill("300");
  await page.keyboard.press("Enter");
  await expect(heat.getByRole("alert")).toHaveText("300 is not from 50 to 105.");
  await expect(heat.getByLabel("Too hot from")).toHaveValue("88");
  await heat.getByLabel("Too hot from").fill("75");
  await page.keyboard.press("Tab");
  await expect(heat).toContainText("From 75 °C on, until it has cooled down to 65 °C.");
  await expect(heat.getByRole("alert")).toHaveCount(0);
  await expect(toast(page, "Saved")).toBeVisible();
  // The same choice stands on the computer's own page.
  await go(page, "/computer");
  await expect(page.getByTestId("when-heat")).toContainText("From 75 °C on");
});

/** What nvidia-smi prints on a computer with two cards; the engine here has no package for them. */
const nvidiaSMI = `#!/bin/sh
case "$*" in
*pmon*) printf '# gpu         pid   type     sm    mem    enc    dec    command\\n# Idx           #    C/G      %%      %%      %%      %%    name\\n    0           -      -      -      -      -      -    -\\n' ;;
*power.draw*) printf '00000000:01:00.0, 25.31, 200.00, 200.00, 100.00, 215.00\\n00000000:02:00.0, 9.90, 170.00, 170.00, 100.00, 187.00\\n' ;;
*temperature.gpu*) printf '3, 54, NVIDIA GeForce RTX 4070\\n0, 38, NVIDIA GeForce RTX 3060\\n' ;;
*) printf 'NVIDIA GeForce RTX 4070, 12282, 00000000:01:00.0, 600.10, 8.9, [N/A]\\nNVIDIA GeForce RTX 3060, 12288, 00000000:02:00.0, 600.10, 8.6, [N/A]\\n' ;;
esac
`;

test("a card that is gone leaves the node without tasks until its owner chooses", async ({ page }) => {
  const agent = await startAgent({}, (dir) =>
    writeFile(
      join(dir, "computer.json"),
      '{"device":{"kind":"gpu","name":"NVIDIA GeForce RTX 4090","pci":"0000:01:00.0"}}',
    ),
  );
  await page.goto(await agent.link());
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", "blocked", { timeout: 60_000 });
  await expect(page.getByText("The RTX 4090 that you chose isn't in this computer now.")).toBeVisible();
  await go(page, "/computer");
  await isAccessible(page);
  await shot(page, "computer-gone");
  await page.getByRole("button", { name: /^Go on with/ }).click();
  await go(page, "/");
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 120_000 });
  await expect.poll(() => readFile(join(agent.dir, "computer.json"), "utf8")).toContain('"kind":"cpu"');
});

test("a change of device that was cut off goes on: the node leaves, changes, and joins again", async ({ page }) => {
  const agent = await startAgent();
  await open(page, agent, "/");
  await agent.end();
  const change = { device: {}, next: { kind: "cpu" }, leave: true, rejoin: true };
  await writeFile(join(agent.dir, "computer.json"), JSON.stringify(change));
  await agent.run();
  await page.goto("about:blank");
  await page.goto(await agent.link());
  await go(page, "/computer");
  await expect(page.getByText(/You chose the processor/)).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole("radio", { name: /Processor, with/ })).toBeChecked();
  await expect(page.getByText(/Changing to: /)).toHaveCount(0);
  await go(page, "/");
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 90_000 });
  const kept = JSON.parse(await readFile(join(agent.dir, "computer.json"), "utf8"));
  expect(kept).toMatchObject({ device: { kind: "cpu" }, awake: true });
  expect(kept).not.toHaveProperty("next");
  expect(kept).not.toHaveProperty("rejoin");
  expect(agent.log.match(/node moved.*what=(quit|join)/g)?.map((m) => m.split("=").at(-1))).toEqual([
    "join",
    "quit",
    "join",
  ]);
});

test("all that is in the computer is listed, and why it isn't used", async ({ page }) => {
  const bin = await mkdtemp(join(tmpdir(), "helium-bin-"));
  ends.push(() => rm(bin, { recursive: true, force: true }));
  await writeFile(join(bin, "nvidia-smi"), nvidiaSMI, { mode: 0o755 });
  // The engine for the processor alone, whichever others are installed here.
  await symlink(join(import.meta.dirname, "../../build/engine/node_modules"), join(bin, "node_modules"));
  const agent = await startAgent({ PATH: `${bin}:${process.env.PATH}`, HELIUM_ENGINE_DIR: bin });
  await open(page, agent, "/computer");
  for (const name of ["RTX 4070", "RTX 3060"]) {
    const card = page.getByRole("radio", { name: new RegExp(name) });
    await expect(card).toBeDisabled();
  }
  await expect(page.getByText(/CUDA/).first()).toBeVisible();
  await expect(page.getByTestId("heat-now")).toContainText("at 54 °C now (NVIDIA GeForce RTX 4070)");
  await expect(page.getByTestId("power")).toContainText("Tasks run on the processor now");
  const processor = page.getByRole("radio", { name: /Processor, with/ });
  await processor.click();
  await expect(processor).toBeChecked();
  await expect.poll(() => readFile(join(agent.dir, "computer.json"), "utf8")).toContain('"kind":"cpu"');
  const awake = page.getByTestId("awake").getByRole("switch");
  await awake.click();
  await expect(awake).not.toBeChecked();
  await expect.poll(() => readFile(join(agent.dir, "computer.json"), "utf8")).toContain('"awake":false');
  await shot(page, "computer-cards");
  await go(page, "/");
  await expect(page.getByTestId("status")).toHaveAttribute("data-status", /running|working/, { timeout: 60_000 });
});

for (const scheme of schemes) {
  test(`looks right in ${scheme}`, async ({ page }) => {
    const agent = await startAgent();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await open(page, agent);
    await page.getByTestId("when-hours").getByRole("switch").click();
    await page.getByTestId("when-person").getByRole("switch").click();
    await expect(page.getByTestId("hours")).toBeVisible();
    for (const path of ["when", "computer"]) {
      await go(page, `/${path}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      for (const size of sizes) {
        await page.setViewportSize(size);
        await page.locator("main").evaluate((m) => m.scrollTo(0, 0));
        await shot(page, `${path}-${scheme}-${size.name}-1`);
        for (const part of [2, 3]) {
          await page.locator("main").evaluate((m) => m.scrollBy(0, m.clientHeight - 60));
          await shot(page, `${path}-${scheme}-${size.name}-${part}`);
        }
        await fitsItsWidth(page);
      }
      await isAccessible(page);
    }
  });
}
