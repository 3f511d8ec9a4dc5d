import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Estimate, Reason, Receipt } from "../src/lib/api.gen";
import type { Pixels } from "../src/lib/imagehash";
import { imagesReceiptOf, paint, pngFile } from "../src/lib/picture.fixture";
import { evictedReceiptOf, receiptOf } from "../src/lib/receipt.fixture";

/**
 * A stand for looking at a page without a network: it serves the built page
 * and, for the chat page, plays one scripted answer, step by step, so that states which a
 * healthy network never shows can be seen and tested. It proves nothing about
 * the network; devnet.spec.ts does.
 */
export interface Script {
  /** Refuse to answer with this status instead. */
  refuse?: { status: number; message: string; code?: string; param?: string; retryAfter?: number };
  text?: string;
  /** What the next answer costs; null for a bridge that can't say. */
  estimate?: Partial<Estimate> | null;
  /** Where the task stands in the queue. */
  place?: { position: number; wait_seconds: number };
  /** The receipt, where the usual one of a fast settlement isn't meant. */
  receipt?: (text: string) => Receipt;
  /** End the task in the queue, for this reason. */
  lose?: Reason;
  /** Stop after this step and hold the stream open. */
  holdAt?: string;
  dispute?: boolean;
  /** A first attempt streams this text, comes to nothing for this reason, and the request is sent again. */
  retry?: { text: string; reason: Reason };
  /** Cut the connection after the text, or after this step. */
  cut?: boolean | string;
  /** Send this text first, as a stream that turns out to be wrong. */
  wrong?: string;
  models?: string[];
  /** The task was settled meanwhile: its receipt and its pictures can be fetched. */
  settled?: boolean;
  /** It has pictures no more. */
  forgotten?: boolean;
  down?: boolean;
  /** Files of the page that are not there any more. */
  missing?: RegExp;
}

const nodes = ["one", "two", "three"].map((n) => `0x${createHash("sha256").update(n).digest("hex").slice(0, 40)}`);
const kinds: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws://127.0.0.1:*; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";

/** What an answer of so many CNX costs, when machines are free. */
export function estimateOf(cnx: string): Estimate {
  const amount = (text: string) => ({ cnx: text, wei: `${BigInt(Math.round(Number(text) * 10_000)) * 10n ** 14n}` });
  return {
    model: "helium/demo-1",
    units: 1,
    seconds: 40,
    fee: amount(cnx),
    least_fee: amount("1"),
    value: amount(String(Number(cnx) / 40)),
    start: "now",
    waiting: 0,
    allowed: true,
  };
}

/** One pixel of every 8 in each direction, as a preview has. */
function shrunk({ width, height, data }: Pixels): Pixels {
  const [w, h] = [width / 8, height / 8];
  const small = new Uint8Array(4 * w * h);
  for (let i = 0; i < w * h; i++) {
    const from = 4 * (Math.trunc(i / w) * 8 * width + (i % w) * 8);
    small.set(data.subarray(from, from + 4), 4 * i);
  }
  return { width: w, height: h, data: small };
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of req) body += piece;
  return body;
}

export class Stand {
  script: Script = {};
  /** The body of the last question. */
  asked = "";
  /** The request was taken back. */
  cancelled = false;
  #pictures: Pixels[] = [];
  #server: Server;

  private constructor(private readonly built: "chat" | "node") {
    this.#server = createServer((req, res) => void this.#serve(req, res));
  }

  static async start(page: "chat" | "node" = "chat"): Promise<Stand> {
    const stand = new Stand(page);
    await new Promise<void>((done) => stand.#server.listen(0, "127.0.0.1", done));
    return stand;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(req: IncomingMessage, res: ServerResponse) {
    const { pathname: path, searchParams } = new URL(req.url ?? "/", "http://x");
    if (path === "/chat/session") {
      if (this.script.down) return void res.socket?.destroy();
      return void res.writeHead(204).end();
    }
    if (path === "/v1/models") {
      const ids = this.script.models ?? ["helium/demo-1", "Qwen/Qwen2.5-0.5B-Instruct-GGUF", "helium/demo-images"];
      const data = ids.map((id) => ({ id, helium: { makes: id.endsWith("images") ? "images" : "text" } }));
      return void res.writeHead(200).end(JSON.stringify({ object: "list", data }));
    }
    if (path.startsWith("/v1/receipts/") && searchParams.get("attempt") === "1" && this.script.retry) {
      return void res.writeHead(200).end(JSON.stringify(this.#failed()));
    }
    if (path.startsWith("/v1/receipts/") && this.cancelled) {
      const receipt = { ...evictedReceiptOf(), task_id: 128, outcome: 6, refunded: estimateOf("9").fee.wei };
      return void res.writeHead(200).end(JSON.stringify(receipt));
    }
    if (path.startsWith("/v1/receipts/")) {
      if (!this.script.settled) return void res.writeHead(404).end("{}");
      return void res.writeHead(200).end(JSON.stringify(this.#named(imagesReceiptOf(this.#pictures))));
    }
    if (path.endsWith("/cancel")) {
      this.cancelled = this.script.holdAt === "created" || this.script.holdAt === "queued";
      return void res.writeHead(this.cancelled ? 200 : 409).end("{}");
    }
    if (path.startsWith("/v1/tasks/")) return this.#task(res);
    if (path === "/v1/estimate") return this.#estimate(res);
    if (path === "/v1/images/generations") {
      this.asked = await bodyOf(req);
      return this.#answer(res, JSON.parse(this.asked));
    }
    if (path === "/v1/chat/completions") {
      this.asked = await bodyOf(req);
      return this.#answer(res);
    }
    return this.#file(path, res);
  }

  #estimate(res: ServerResponse) {
    const { estimate } = this.script;
    if (estimate === null) return void res.writeHead(503).end("{}");
    res.writeHead(200).end(JSON.stringify({ ...estimateOf("10"), ...estimate }));
  }

  #task(res: ServerResponse) {
    if (this.script.forgotten) return void res.writeHead(404).end("{}");
    if (this.script.retry) {
      const attempts = [
        { attempt: 1, reason: this.script.retry.reason },
        { attempt: 2, reason: null },
      ];
      return void res.writeHead(200).end(JSON.stringify({ state: "drawn", reason: null, attempts }));
    }
    const images = this.#pictures.map((p) => pngFile(p).toString("base64"));
    res
      .writeHead(200)
      .end(JSON.stringify(this.script.settled ? { state: "done", response: { images } } : { state: "drawn" }));
  }

  /** The steps in which pictures are made: one after another, with what each looks like half way. */
  #drawn(send: (event: string, data: object) => void): [string, () => void][] {
    return this.#pictures.flatMap((p, image): [string, () => void][] => [
      [
        `half${image + 1}`,
        () => {
          for (let step = 1; step <= 13; step++) send("helium.progress", { image, step, steps: 25 });
          const small = pngFile(shrunk(p)).toString("base64");
          send("image_generation.partial_image", { image_index: image, b64_json: small });
        },
      ],
      [`made${image + 1}`, () => send("helium.progress", { image, step: 25, steps: 25 })],
    ]);
  }

  /** The receipt of task 128, of this stand's nodes. */
  #named(of: Receipt): Receipt {
    const receipt = { ...of, task_id: 128 };
    receipt.nodes.forEach((n, i) => {
      const same = n.address === receipt.settled_by;
      n.address = nodes[i] ?? "";
      if (same) receipt.settled_by = n.address;
    });
    return receipt;
  }

  /** The receipt of a first attempt whose machines fell silent: nobody was paid. */
  #failed(): Receipt {
    const receipt = this.#named(evictedReceiptOf());
    const tx = receiptOf("").draw_tx;
    return { ...receipt, task_id: 127, outcome: 5, draw_tx: tx, refunded: estimateOf("9.9").fee.wei };
  }

  async #file(path: string, res: ServerResponse) {
    const file = join(import.meta.dirname, "../dist", this.built, normalize(path === "/" ? "/index.html" : path));
    const body = await readFile(file).catch(() => null);
    if (!body || this.script.missing?.test(path)) return void res.writeHead(404).end();
    res
      .writeHead(200, {
        "Content-Type": kinds[extname(file)] ?? "application/octet-stream",
        "Content-Security-Policy": policy,
      })
      .end(body);
  }

  async #answer(res: ServerResponse, drawing?: { prompt: string; n: number; size: string; seed: number }) {
    const { refuse, text = "Hello.", holdAt, dispute, cut, wrong, lose, retry } = this.script;
    this.cancelled = false;
    if (refuse) {
      const headers = refuse.retryAfter ? { "Retry-After": String(refuse.retryAfter) } : {};
      return void res
        .writeHead(refuse.status, headers)
        .end(JSON.stringify({ error: { message: refuse.message, code: refuse.code ?? null, param: refuse.param } }));
    }
    res.writeHead(200, { "Content-Type": "text/event-stream", "x-helium-receipt": "req_1" });
    const [width = 0, height = 0] = drawing?.size.split("x").map(Number) ?? [];
    this.#pictures = Array.from({ length: drawing?.n ?? 0 }, (_, i) =>
      paint((drawing?.prompt.length ?? 0) + i, width, height),
    );
    const receipt = this.#named(
      drawing && !this.script.receipt ? imagesReceiptOf(this.#pictures) : (this.script.receipt ?? receiptOf)(text),
    );
    const send = (event: string, data: object) => res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    const stage = (name: string, at_ms: number, more: object = {}) =>
      send("helium.stage", { stage: name, task_id: 128, at_ms, ...more });
    const say = (words: string) => {
      for (const piece of words.match(/[\s\S]{1,7}/g) ?? []) {
        res.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: piece } }] })}\n\n`);
      }
    };
    if (retry) {
      stage("created", 20, { task_id: 127, tx: receipt.create_tx });
      stage("drawn", 30, { task_id: 127, tx: receipt.draw_tx, nodes, class: receipt.class });
      say(retry.text);
      stage("retry", 60, { task_id: 127, attempt: 2, reason: retry.reason });
    }
    // The text of another attempt goes on where it is the same; otherwise it is replaced at the end.
    const corrects = wrong !== undefined || (retry !== undefined && !text.startsWith(retry.text));
    const steps: [string, () => void][] = [
      ["created", () => stage("created", 84, { tx: receipt.create_tx })],
      ["queued", () => stage("queued", 90, this.script.place ?? { position: 2, wait_seconds: 25 })],
      ["drawn", () => stage("drawn", 412, { tx: receipt.draw_tx, nodes, class: receipt.class })],
      ["ready", () => stage("ready", 590, { count: 3, nodes })],
      ...this.#drawn(send),
      [
        "running",
        () => {
          if (drawing) return;
          if (retry) say(corrects ? "" : text.slice(retry.text.length));
          else say(wrong ?? text);
        },
      ],
      ["committed1", () => stage("committed", 1480, { count: 1, nodes: nodes.slice(0, 1) })],
      ["committed2", () => stage("committed", 1502, { count: 2, nodes: nodes.slice(0, 2) })],
      ["committed", () => stage("committed", 1533, { count: 3, nodes })],
      ["revealed", () => stage("revealed", 1761, { count: 3, nodes })],
    ];
    for (const [name, step] of steps) {
      step();
      if (name === holdAt) return;
      if (name === "queued" && lose) {
        send("helium.disputed", lose);
        send("helium.receipt", { id: "req_1", receipt });
        return void res.end(
          `data: ${JSON.stringify({ error: { message: lose.title, code: lose.code } })}\n\ndata: [DONE]\n\n`,
        );
      }
      if (name === (cut === true ? "running" : cut)) return void setTimeout(() => res.destroy(), 100);
    }
    if (dispute) {
      send("helium.disputed", {
        code: "no_agreement",
        title: "The nodes did not agree",
        detail: "Their answers differ, so none is shown as verified. 2.5 of 10 CNX came back.",
        action: "Send the request again.",
      });
      return void res.end(
        'data: {"error":{"message":"The nodes did not agree","code":"no_agreement"}}\n\ndata: [DONE]\n\n',
      );
    }
    if (corrects) send("helium.replaced", { content: text });
    for (const [image_index, p] of this.#pictures.entries()) {
      send("image_generation.completed", { image_index, b64_json: pngFile(p).toString("base64") });
    }
    if (!drawing) {
      res.write('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n');
      res.write('data: {"choices":[],"usage":{"completion_tokens":143}}\n\n');
    }
    send("helium.verified", { task_id: 128, receipt: "req_1", at_ms: 1893, text_matches_stream: !corrects, nodes });
    stage("settled", 2810, { tx: receipt.settle_tx });
    send("helium.receipt", { id: "req_1", receipt });
    res.end("data: [DONE]\n\n");
  }
}
