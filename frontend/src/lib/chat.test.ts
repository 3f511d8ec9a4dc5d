// @vitest-environment node
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, type AnswerEvent, newAnswer, reduce } from "./answer";
import { answerEvents, Bridge, ChatProblem, type ImageParams } from "./chat";
import { paint, pngFile } from "./picture.fixture";
import { receiptOf } from "./receipt.fixture";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A real HTTP server that gives a session to who asks, and then does what `handle` says. */
async function serve(handle: RequestListener, sessions = { opened: 0 }): Promise<Bridge> {
  server = createServer((req, res) => {
    if (req.url === "/chat/session") {
      sessions.opened++;
      res.writeHead(204).end();
    } else handle(req, res);
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new Bridge((path, init) => fetch(base + path, init));
}

async function ask(bridge: Bridge, signal?: AbortSignal): Promise<Answer> {
  let answer = newAnswer();
  await bridge.ask(
    [{ role: "user", content: "Hi" }],
    { model: "m", temperature: 0.5, maxTokens: 9, seed: 3 },
    (e) => {
      answer = reduce(answer, e);
    },
    signal,
  );
  return answer;
}

const delta = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const named = (event: string, data: object) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

describe("Bridge.ask", () => {
  it("turns a stream into a verified answer", async () => {
    let sent: unknown;
    let asked: string | undefined;
    const bridge = await serve((req, res) => {
      asked = req.headers["x-helium-events"] as string;
      let body = "";
      req.on("data", (d) => {
        body += d;
      });
      req.on("end", () => {
        sent = JSON.parse(body);
        res.writeHead(200, { "Content-Type": "text/event-stream", "x-helium-receipt": "r1" });
        res.write(": helium stage=created task=7\n\n");
        res.write(named("helium.stage", { stage: "created", task_id: 7, tx: "0x01", at_ms: 12 }));
        res.write(delta("Hel") + delta("lo"));
        res.write('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n');
        res.write('data: {"choices":[],"usage":{"completion_tokens":2}}\n\n');
        res.write(
          named("helium.verified", {
            task_id: 7,
            receipt: "r1",
            at_ms: 99,
            text_matches_stream: true,
            nodes: ["0xa", "0xb", "0xc"],
          }),
        );
        res.write(named("helium.receipt", { id: "r1", receipt: receiptOf("Hello") }));
        res.end("data: [DONE]\n\n");
      });
    });
    expect(await ask(bridge)).toMatchObject({
      trust: "verified",
      text: "Hello",
      taskId: 7,
      receiptId: "r1",
      tokens: 2,
      finish: "stop",
      complete: true,
    });
    expect(asked).toBe("1");
    expect(sent).toEqual({
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.5,
      max_tokens: 9,
      seed: 3,
    });
  });

  it.each([
    [401, "session"],
    [402, "funds"],
    [404, "model"],
    [409, "conflict"],
    [429, "busy"],
    [400, "refused"],
    [503, "full"],
    [500, "broken"],
    [502, "unreachable"],
  ])("status %i is the problem %s, with the bridge's own words", async (status, code) => {
    const bridge = await serve((_, res) => {
      res.writeHead(status, { "Content-Type": "application/json", "Retry-After": "7" });
      res.end(
        JSON.stringify({
          error: {
            message: "the model said no",
            type: "t",
            param: null,
            code: status === 404 ? "model_not_found" : null,
          },
        }),
      );
    });
    await expect(ask(bridge)).rejects.toMatchObject({ code, detail: "the model said no", retryAfter: 7 });
  });

  it.each([
    ["helium.max_fee", "price"],
    [null, "refused"],
  ])("a price over the limit of %s is the problem %s", async (param, code) => {
    const bridge = await serve((_, res) => {
      res.writeHead(402, { "Content-Type": "application/json" });
      res.end(JSON.stringify({ error: { message: "it costs 10 CNX", type: "t", param, code: "price_cap" } }));
    });
    await expect(ask(bridge)).rejects.toMatchObject({ code, detail: "it costs 10 CNX" });
  });

  it("opens a new session when the bridge forgot the old one, and asks again", async () => {
    const sessions = { opened: 0 };
    let asked = 0;
    const bridge = await serve((_, res) => {
      asked++;
      if (sessions.opened < 2) res.writeHead(401).end();
      else res.writeHead(200).end(`${delta("ok")}data: [DONE]\n\n`);
    }, sessions);
    expect((await ask(bridge)).text).toBe("ok");
    expect({ asked, ...sessions }).toEqual({ asked: 2, opened: 2 });
  });

  it("says that nobody answers when nobody does", async () => {
    const bridge = await serve(() => {});
    await new Promise((done) => server?.close(done));
    await expect(ask(bridge)).rejects.toMatchObject({ code: "unreachable" });
  });

  it("a stream cut off before [DONE] is interrupted, not finished", async () => {
    const bridge = await serve((_, res) => {
      res.writeHead(200).write(delta("Hel"));
      setTimeout(() => res.destroy(), 20);
    });
    await expect(ask(bridge)).rejects.toMatchObject({ code: "interrupted" });
    server?.close();
    const clean = await serve((_, res) => res.writeHead(200).end(delta("Hel")));
    await expect(ask(clean)).rejects.toMatchObject({ code: "interrupted" });
  });

  it("an error inside the stream is a problem with its message", async () => {
    const bridge = await serve((_, res) =>
      res.writeHead(200).end('data: {"error":{"message":"the queue dropped it"}}\n\ndata: [DONE]\n\n'),
    );
    await expect(ask(bridge)).rejects.toMatchObject({ code: "broken", detail: "the queue dropped it" });
  });

  it("a task without agreement is disputed, with the network's reason and not the stream's error", async () => {
    const bridge = await serve((_, res) => {
      res.writeHead(200).write(delta("Hel"));
      res.write(
        named("helium.disputed", {
          code: "no_agreement",
          title: "No agreement",
          detail: "three results",
          action: "Ask again",
        }),
      );
      res.end('data: {"error":{"message":"No agreement","code":"task_aborted"}}\n\ndata: [DONE]\n\n');
    });
    let answer = newAnswer();
    const done = bridge.ask([], { model: "m" }, (e) => {
      answer = reduce(answer, e);
    });
    await expect(done).rejects.toBeInstanceOf(ChatProblem);
    expect(answer).toMatchObject({ trust: "disputed", reason: { title: "No agreement" } });
    expect(reduce(answer, { type: "failed", reason: { code: "broken", title: "", detail: "" } })).toBe(answer);
  });

  it("stops when told to, and the error is the abort and no problem", async () => {
    const stop = new AbortController();
    const bridge = await serve((_, res) => {
      res.writeHead(200).write(delta("Hel"));
      setTimeout(() => stop.abort(), 20);
    });
    const err = await ask(bridge, stop.signal).catch((e: unknown) => e);
    expect(err).not.toBeInstanceOf(ChatProblem);
    expect((err as Error).name).toBe("AbortError");
  });

  it("refuses events that are not JSON", async () => {
    const bridge = await serve((_, res) => res.writeHead(200).end("data: nonsense\n\n"));
    await expect(ask(bridge)).rejects.toMatchObject({ code: "broken" });
  });
});

describe("Bridge.draw", () => {
  const png = pngFile(paint(1, 64, 64));
  const params: ImageParams = { makes: "images", model: "m", width: 640, height: 896, count: 2, seed: 5, cfg: 5.5 };

  it("turns a stream into pictures, and tells how far each is", async () => {
    let sent: unknown;
    const bridge = await serve((req, res) => {
      let body = "";
      req.on("data", (d) => {
        body += d;
      });
      req.on("end", () => {
        sent = { path: req.url, ...JSON.parse(body) };
        res.writeHead(200, { "Content-Type": "text/event-stream", "x-helium-receipt": "r1" });
        res.write(named("helium.progress", { image: 1, step: 3, steps: 25 }));
        res.write(named("image_generation.partial_image", { image_index: 1, b64_json: png.toString("base64") }));
        for (const image_index of [0, 1]) {
          res.write(named("image_generation.completed", { image_index, b64_json: png.toString("base64") }));
        }
        res.write(named("helium.verified", { task_id: 7, receipt: "r1", at_ms: 99 }));
        res.end("data: [DONE]\n\n");
      });
    });
    const events: AnswerEvent[] = [];
    await bridge.draw("a boat", params, (e) => events.push(e));
    expect(sent).toEqual({
      path: "/v1/images/generations",
      model: "m",
      prompt: "a boat",
      size: "640x896",
      n: 2,
      cfg: 5.5,
      seed: 5,
      stream: true,
      partial_images: 3,
    });
    expect(events.map((e) => e.type)).toEqual([
      "receipt-id",
      "progress",
      "preview",
      "picture",
      "picture",
      "verified",
      "ended",
    ]);
    expect(events[1]).toMatchObject({ image: 1, step: 3, steps: 25 });
    const picture = events[4];
    if (picture?.type !== "picture") throw new Error("no picture");
    expect(picture).toMatchObject({ image: 1, file: { type: "image/png", size: png.length } });
    expect(Buffer.from(await picture.file.arrayBuffer()).equals(png)).toBe(true);
  });

  it("refuses what is called a picture and is none, and does without such a preview", () => {
    const html = Buffer.from("<script>alert(1)</script>").toString("base64");
    for (const b64_json of [html, "%%", 7, undefined]) {
      const event = (type: string) => ({ type: `image_generation.${type}`, data: JSON.stringify({ b64_json }) });
      expect(() => answerEvents(event("completed"), () => 0)).toThrow("not a PNG");
      expect(answerEvents(event("partial_image"), () => 0)).toEqual([]);
    }
  });

  it("knows which models make pictures, and leaves out those that make what it can't show", async () => {
    const data = [
      { id: "a" },
      { id: "b", helium: { makes: "text" } },
      { id: "c", helium: { makes: "images" } },
      { id: "d", helium: { makes: "music" } },
      { id: "" },
      {},
    ];
    const bridge = await serve((_, res) => res.writeHead(200).end(JSON.stringify({ data })));
    expect(await bridge.models()).toEqual([
      { id: "a", makes: "text" },
      { id: "b", makes: "text" },
      { id: "c", makes: "images" },
    ]);
  });

  it("fetches pictures that were asked for before, all of them or none", async () => {
    let answer: unknown = { state: "drawn" };
    const bridge = await serve((_, res) => res.writeHead(answer ? 200 : 404).end(JSON.stringify(answer)));
    expect(await bridge.pictures("r")).toBeNull();
    answer = { response: { images: [png.toString("base64"), "bm8="] } };
    expect(await bridge.pictures("r")).toBeNull();
    answer = { response: { images: [png.toString("base64")] } };
    expect(await bridge.pictures("r")).toMatchObject([{ type: "image/png", size: png.length }]);
    answer = undefined;
    expect(await bridge.pictures("r")).toBeNull();
  });
});

describe("Bridge.estimate", () => {
  it("asks for the price of pictures by their number, size and steps", async () => {
    let sent = {};
    const bridge = await serve((req, res) => {
      let body = "";
      req.on("data", (d) => {
        body += d;
      });
      req.on("end", () => {
        sent = { path: req.url, ...JSON.parse(body) };
        res.writeHead(200).end('{"start":"now","allowed":true}');
      });
    });
    await bridge.estimate({ makes: "images", model: "m", width: 512, height: 512, count: 4, steps: 9, maxFee: "3" });
    expect(sent).toMatchObject({ path: "/v1/estimate", size: "512x512", n: 4, steps: 9, helium: { max_fee: "3" } });
    expect(sent).not.toHaveProperty("messages");
    expect(sent).not.toHaveProperty("stream");
  });

  it("asks for the price of what would be asked, with the person's limit", async () => {
    let sent = {};
    const bridge = await serve((req, res) => {
      let body = "";
      req.on("data", (d) => {
        body += d;
      });
      req.on("end", () => {
        sent = { path: req.url, ...JSON.parse(body) };
        res.writeHead(200).end('{"start":"now","allowed":true}');
      });
    });
    expect(await bridge.estimate({ model: "m", maxTokens: 300, maxFee: "2.5" })).toMatchObject({ start: "now" });
    expect(sent).toMatchObject({ path: "/v1/estimate", model: "m", max_tokens: 300, helium: { max_fee: "2.5" } });
  });
});

describe("the place in the queue", () => {
  it("comes with each stage that tells it", () => {
    const told = (data: object) => answerEvents({ type: "helium.stage", data: JSON.stringify(data) }, () => 7);
    expect(told({ stage: "queued", position: 3, wait_seconds: 40, at_ms: 5 })).toMatchObject([
      { stage: "queued", position: 3, wait: 40, at: 5 },
    ]);
    expect(told({ stage: "drawn" })).toMatchObject([{ stage: "drawn", position: undefined, wait: undefined }]);
  });
});

describe("Bridge.outcome", () => {
  it("is nothing while the task goes on, then its receipt", async () => {
    let settled = false;
    const bridge = await serve((req, res) => {
      if (req.url === "/v1/receipts/a%2Fb" && settled) res.writeHead(200).end(JSON.stringify(receiptOf("x")));
      else if (req.url === "/v1/tasks/a%2Fb") res.writeHead(200).end('{"state":"drawn","reason":null}');
      else res.writeHead(404).end();
    });
    expect(await bridge.outcome("a/b")).toEqual({});
    settled = true;
    expect((await bridge.outcome("a/b")).receipt?.task_id).toBe(7);
  });

  it("tells why there is no receipt, and that a task is not known", async () => {
    const why = { code: "task_aborted", title: "t", detail: "d" };
    const bridge = await serve((req, res) => {
      if (req.url === "/v1/tasks/known") res.writeHead(200).end(JSON.stringify({ reason: why }));
      else res.writeHead(404).end();
    });
    expect(await bridge.outcome("known")).toEqual({ reason: why });
    expect(await bridge.outcome("other")).toEqual({ gone: true });
  });

  it("tells of the attempts before, each with its receipt where it has one", async () => {
    const why = { code: "nodes_silent", title: "t", detail: "d" };
    const bridge = await serve((req, res) => {
      if (req.url === "/v1/tasks/r") {
        const attempts = [1, 2, 3].map((attempt) => ({ attempt, reason: attempt < 3 ? why : null }));
        res.writeHead(200).end(JSON.stringify({ reason: null, attempts }));
      } else if (req.url === "/v1/receipts/r" || req.url === "/v1/receipts/r?attempt=1") {
        res.writeHead(200).end(JSON.stringify({ ...receiptOf("x"), task_id: req.url.length }));
      } else res.writeHead(404).end();
    });
    const { receipt, before } = await bridge.outcome("r");
    expect(receipt?.task_id).toBe("/v1/receipts/r".length);
    expect(before?.map((b) => [b.reason, b.receipt?.task_id])).toEqual([
      [why, "/v1/receipts/r?attempt=1".length],
      [why, undefined],
    ]);
  });
});

describe("Bridge.cancel", () => {
  it("says whether the task was taken back", async () => {
    const asked: string[] = [];
    const bridge = await serve((req, res) => {
      asked.push(`${req.method} ${req.url}`);
      res.writeHead(req.url?.includes("queued") ? 200 : 409).end("{}");
    });
    expect([await bridge.cancel("queued"), await bridge.cancel("at/work")]).toEqual([true, false]);
    expect(asked).toEqual(["POST /v1/tasks/queued/cancel", "POST /v1/tasks/at%2Fwork/cancel"]);
  });
});

describe("a retry", () => {
  it("is told with its number and why", () => {
    const data = {
      stage: "retry",
      task_id: 7,
      attempt: 2,
      at_ms: 5,
      reason: { code: "nodes_silent", title: "t", detail: "d" },
    };
    expect(answerEvents({ type: "helium.stage", data: JSON.stringify(data) }, () => 7)).toEqual([
      { type: "retry", number: 2, reason: { code: "nodes_silent", title: "t", detail: "d", action: undefined } },
    ]);
  });
});
