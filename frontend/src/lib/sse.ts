/** One server-sent event. Comments arrive as events of the type "comment". */
export interface ServerEvent {
  type: string;
  data: string;
}

/**
 * A line longer than this is an attack or a bug, not an answer. The longest that
 * is none holds a picture of 1536×1536 pixels that no compression makes smaller,
 * in base64: 9.5 million characters.
 */
const maxLine = 12 << 20;

/**
 * Reads server-sent events from bytes that may be cut anywhere: inside a
 * character, a line ending or a field name. Follows the WHATWG rules for line
 * endings, the byte order mark, fields and the event that the end cuts off
 * (it is dropped).
 */
export class EventReader {
  #decoder = new TextDecoder("utf-8");
  /** The pieces of a line that has no end yet, joined only once: a picture's line comes in many. */
  #rest: string[] = [];
  #restLength = 0;
  #afterCR = false;
  #type = "";
  #data: string[] = [];

  /** Takes the next bytes and returns the events that they complete. */
  push(bytes: Uint8Array): ServerEvent[] {
    const events: ServerEvent[] = [];
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return events;
    if (this.#afterCR) {
      this.#afterCR = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    if (text.endsWith("\r")) this.#afterCR = true;

    const lines = text.split(/\r\n|\n|\r/);
    const rest = lines.pop() ?? "";
    if (lines.length > 0) {
      lines[0] = this.#rest.join("") + lines[0];
      this.#rest = [];
      this.#restLength = 0;
    }
    this.#rest.push(rest);
    this.#restLength += rest.length;
    if (this.#restLength > maxLine) throw new Error("the server sent a line that never ends");
    for (const line of lines) this.#take(line, events);
    return events;
  }

  #take(line: string, events: ServerEvent[]) {
    if (line === "") {
      if (this.#data.length > 0) events.push({ type: this.#type || "message", data: this.#data.join("\n") });
      this.#type = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) {
      events.push({ type: "comment", data: line.slice(1).trim() });
      return;
    }
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") this.#data.push(value);
    if (field === "event") this.#type = value;
  }
}

/** The events of a response body, in order, until it ends. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const bytes = body.getReader();
  const events = new EventReader();
  try {
    for (;;) {
      const { done, value } = await bytes.read();
      if (done) return;
      yield* events.push(value);
    }
  } finally {
    bytes.cancel().catch(() => {});
  }
}
