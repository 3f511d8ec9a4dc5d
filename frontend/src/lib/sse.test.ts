import { describe, expect, it } from "vitest";
import { EventReader, eventsOf, type ServerEvent } from "./sse";

const bytes = (s: string) => new TextEncoder().encode(s);

function read(...parts: Uint8Array[]): ServerEvent[] {
  const reader = new EventReader();
  return parts.flatMap((p) => reader.push(p));
}

const stream =
  ": helium stage=created task=7\r\n\r\n" +
  'data: {"content":"né 你好 🎈"}\n\n' +
  "event: helium.stage\rdata: {\rdata: }\r\r" +
  "data\ndata:  two spaces\n\nid: 9\nretry: 5\nunknown: x\ndata:[DONE]\n\n";

const want: ServerEvent[] = [
  { type: "comment", data: "helium stage=created task=7" },
  { type: "message", data: '{"content":"né 你好 🎈"}' },
  { type: "helium.stage", data: "{\n}" },
  { type: "message", data: "\n two spaces" },
  { type: "message", data: "[DONE]" },
];

describe("EventReader", () => {
  it("reads every line ending, field and comment", () => {
    expect(read(bytes(stream))).toEqual(want);
  });

  it("reads the same events when the bytes are cut in two at every place", () => {
    const all = bytes(stream);
    for (let i = 0; i <= all.length; i++) {
      expect(read(all.slice(0, i), all.slice(i)), `cut at ${i}`).toEqual(want);
    }
  });

  it("reads the same events byte by byte, with empty pieces between", () => {
    const pieces = [...bytes(stream)].flatMap((b) => [Uint8Array.of(b), new Uint8Array()]);
    expect(read(...pieces)).toEqual(want);
  });

  it("reads the same events cut in three at random places", () => {
    const all = bytes(stream);
    let seed = 20261124;
    const next = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % n;
    };
    for (let round = 0; round < 500; round++) {
      const [a = 0, b = 0] = [next(all.length + 1), next(all.length + 1)].sort((x, y) => x - y);
      expect(read(all.slice(0, a), all.slice(a, b), all.slice(b)), `cut at ${a} and ${b}`).toEqual(want);
    }
  });

  it("drops the byte order mark and an event that the end cuts off", () => {
    expect(read(bytes("\ufeffdata: a\n\ndata: half\n"))).toEqual([{ type: "message", data: "a" }]);
  });

  it("keeps an event without data to itself", () => {
    expect(read(bytes("event: x\n\ndata: y\n\n"))).toEqual([{ type: "message", data: "y" }]);
  });

  it("reads the line of the largest picture, which comes in many pieces", () => {
    const line = `data: ${"x".repeat(9_500_000)}\n\n`;
    const reader = new EventReader();
    const events: ServerEvent[] = [];
    for (let at = 0; at < line.length; at += 1 << 16)
      events.push(...reader.push(bytes(line.slice(at, at + (1 << 16)))));
    expect(events.map((e) => e.data.length)).toEqual([9_500_000]);
  });

  it("refuses a line that never ends", () => {
    const reader = new EventReader();
    const piece = bytes(`data: ${"x".repeat(1 << 20)}`);
    expect(() => {
      for (let i = 0; i < 20; i++) reader.push(piece);
    }).toThrow("never ends");
  });
});

describe("eventsOf", () => {
  it("frees the body when its reader stops early", async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (c) => c.enqueue(bytes("data: more\n\n")),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const event of eventsOf(body)) {
      expect(event.data).toBe("more");
      break;
    }
    expect(cancelled).toBe(true);
  });
});
