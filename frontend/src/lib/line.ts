import { bound } from "./native";

/** What the page needs of a WebSocket. */
export type Line = Pick<WebSocket, "readyState" | "send" | "close"> & {
  onopen: (() => void) | null;
  onmessage: ((e: { data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: (() => void) | null;
};

interface Carrier {
  open: () => Promise<number>;
  send: (line: number, text: string) => Promise<void>;
  close: (line: number) => Promise<void>;
  on: (event: string, tell: (text: string) => void) => () => void;
}

/** A line to the agent that the desktop window holds; null in a browser. */
export function windowLine(page: Window = window): Line | null {
  const open = bound<Carrier["open"]>("OpenLine", page);
  const send = bound<Carrier["send"]>("SendLine", page);
  const close = bound<Carrier["close"]>("CloseLine", page);
  const on = (page as Window & { runtime?: { EventsOn?: Carrier["on"] } }).runtime?.EventsOn;
  return open && send && close && on ? new WindowLine({ open, send, close, on }) : null;
}

class WindowLine implements Line {
  /** As a WebSocket's: 0 while it opens, 1 open, 3 ended. */
  readyState: number = 0;
  onopen: Line["onopen"] = null;
  onmessage: Line["onmessage"] = null;
  onerror: Line["onerror"] = null;
  onclose: Line["onclose"] = null;
  #number = 0;
  #deaf = () => {};

  constructor(private readonly carrier: Carrier) {
    carrier.open().then(
      (number) => this.#opened(number),
      () => this.#ended(),
    );
  }

  send(text: string) {
    this.carrier.send(this.#number, text).catch(() => this.#ended());
  }

  close() {
    if (this.readyState === 1) void this.carrier.close(this.#number);
    this.#ended();
  }

  #opened(number: number) {
    if (this.readyState === 3) {
      void this.carrier.close(number);
      return;
    }
    this.#number = number;
    this.#deaf = this.carrier.on(`line-${number}`, (text) => {
      if (text === "") this.#ended();
      else this.onmessage?.({ data: text });
    });
    this.readyState = 1;
    this.onopen?.();
  }

  #ended() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#deaf();
    this.onclose?.();
  }
}
