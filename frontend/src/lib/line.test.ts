import { expect, it } from "vitest";
import { Agent } from "./agent";
import { type Line, windowLine } from "./line";

/** A desktop window that carries lines, whose agent says what the test has it say. */
class Carrier {
  sent: [number, string][] = [];
  closed: number[] = [];
  lines = 0;
  away = false;
  #hears = new Map<string, (text: string) => void>();

  page = {
    go: {
      window: {
        Window: {
          OpenLine: async () => {
            if (this.away) throw new Error("no Helium agent is running here");
            return ++this.lines;
          },
          SendLine: async (line: number, text: string) => {
            if (this.away) throw new Error("the line to the agent has ended");
            this.sent.push([line, text]);
          },
          CloseLine: async (line: number) => {
            this.closed.push(line);
          },
        },
      },
    },
    runtime: {
      EventsOn: (name: string, tell: (text: string) => void) => {
        this.#hears.set(name, tell);
        return () => this.#hears.delete(name);
      },
    },
  } as unknown as Window;

  say(line: number, what: unknown) {
    this.#hears.get(`line-${line}`)?.(what === "" ? "" : JSON.stringify(what));
  }

  heard(line: number) {
    return this.#hears.has(`line-${line}`);
  }

  line = (): Line => {
    const line = windowLine(this.page);
    if (!line) throw new Error("the window carries no line");
    return line;
  };
}

const settled = () => new Promise((done) => setTimeout(done));

it("is there in the desktop window alone", () => {
  expect(windowLine({} as Window)).toBeNull();
  expect(windowLine(new Carrier().page)).not.toBeNull();
});

it("shows the agent's states, calls it, and opens another line when one ends", async () => {
  const window = new Carrier();
  const agent = new Agent(
    () => Promise.reject(new Error("the page asked for the address")),
    undefined as unknown as typeof WebSocket,
    window.line,
  );
  await settled();
  expect(window.sent).toEqual([[1, expect.stringContaining('"helium_subscribe"')]]);
  window.say(1, { jsonrpc: "2.0", id: 1, result: "0x1" });
  const state = { node: { status: "running" } };
  window.say(1, { jsonrpc: "2.0", method: "helium_subscription", params: { subscription: "0x1", result: state } });
  expect(agent.view).toMatchObject({ link: "connected", state });

  const stop = agent.call("stop");
  await settled();
  expect(window.sent.at(-1)).toEqual([1, expect.stringContaining('"helium_stop"')]);
  window.say(1, { jsonrpc: "2.0", id: 2, result: null });
  await stop;

  const lost = agent.call("start");
  window.say(1, "");
  await expect(lost).rejects.toThrow("went away");
  expect(agent.view).toMatchObject({ link: "lost", state });
  agent.retry();
  await settled();
  expect(window.sent.at(-1)?.[0]).toBe(2);
  agent.close();
  expect(window.closed).toEqual([2]);
  expect(window.heard(2)).toBe(false);
});

it("ends where the window has no agent, and where a message can't be sent", async () => {
  const window = new Carrier();
  let ends = 0;
  const open = () => {
    const line = window.line();
    line.onclose = () => ends++;
    return line;
  };
  window.away = true;
  open();
  await settled();
  expect(ends).toBe(1);

  window.away = false;
  const line = open();
  await settled();
  window.away = true;
  line.send("{}");
  await settled();
  expect([ends, line.readyState]).toEqual([2, 3]);
});

it("gives a line back that opens after it was closed", async () => {
  const window = new Carrier();
  const line = window.line();
  line.onopen = () => expect.unreachable();
  line.close();
  await settled();
  expect(window.closed).toEqual([1]);
});
