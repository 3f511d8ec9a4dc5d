// @vitest-environment node
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket as Socket, WebSocketServer, WebSocket as WS } from "ws";
import { Agent, type AgentView, backoff, findAgent } from "./agent";

/** A JSON-RPC server as go-ethereum's: it takes one token, subscribes, and fails methods that it is told to. */
class Peer {
  asked: { method: string; params: unknown[] }[] = [];
  fail?: string;
  sockets: Socket[] = [];
  #http: Server = createServer((_, res) => res.end("page"));

  async start(port = 0): Promise<string> {
    const sockets = new WebSocketServer({
      server: this.#http,
      path: "/api",
      verifyClient: ({ req }: { req: IncomingMessage }) =>
        `${req.headers["sec-websocket-protocol"]}`.split(/, */).includes("token.good"),
      handleProtocols: () => "helium.v1",
    });
    sockets.on("connection", (socket) => {
      this.sockets.push(socket);
      socket.on("message", (data) => this.#answer(socket, String(data)));
    });
    await new Promise<void>((done) => this.#http.listen(port, "127.0.0.1", done));
    return `http://127.0.0.1:${this.port}`;
  }

  get port() {
    return (this.#http.address() as AddressInfo).port;
  }

  tell(status: string) {
    const params = { subscription: "0x1", result: { node: { status } } };
    for (const s of this.sockets) s.send(JSON.stringify({ jsonrpc: "2.0", method: "helium_subscription", params }));
  }

  feed(subscription: string, result: unknown) {
    const message = { jsonrpc: "2.0", method: "helium_subscription", params: { subscription, result } };
    for (const s of this.sockets) s.send(JSON.stringify(message));
  }

  async stop() {
    for (const s of this.sockets) s.terminate();
    this.#http.closeAllConnections();
    await new Promise((done) => this.#http.close(done));
  }

  #answer(socket: Socket, text: string) {
    const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown[] };
    this.asked.push({ method, params });
    const result = params[0] === "log" ? `0xf${this.asked.length}` : "0x1";
    const body = this.fail === method ? { error: { code: -32000, message: "not now" } } : { result };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, ...body }));
    if (params[0] === "state") this.tell("running");
    if (params[0] === "log") this.feed(result, ["first"]);
  }
}

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const o of open.splice(0)) await o.close();
});

async function pair(token = "good") {
  const peer = new Peer();
  const url = await peer.start();
  const agent = new Agent(async () => ({ url, token }), WS as unknown as typeof WebSocket);
  open.push(agent, { close: () => peer.stop() });
  return { peer, agent };
}

/** Waits until the view is as wished; the test's own time limit ends a wait in vain. */
function until(agent: Agent, wished: (v: AgentView) => boolean): Promise<AgentView> {
  return new Promise((done) => {
    const stop = agent.listen(() => look());
    function look() {
      if (!wished(agent.view)) return;
      stop();
      done(agent.view);
    }
    look();
  });
}

describe("Agent", () => {
  it("subscribes with its token as a subprotocol, and shows every state", async () => {
    const { peer, agent } = await pair();
    expect((await until(agent, (v) => v.state !== null)).state?.node.status).toBe("running");
    expect(peer.asked).toEqual([{ method: "helium_subscribe", params: ["state"] }]);
    peer.tell("working");
    expect((await until(agent, (v) => v.state?.node.status === "working")).link).toBe("connected");
  });

  it("calls methods, and throws the agent's own words when it refuses", async () => {
    const { peer, agent } = await pair();
    await until(agent, (v) => v.link === "connected");
    await agent.call("start");
    expect(peer.asked.at(-1)).toEqual({ method: "helium_start", params: [] });
    peer.fail = "helium_stop";
    await expect(agent.call("stop")).rejects.toThrow("not now");
  });

  it("keeps the last state when the agent goes away, and finds it again", async () => {
    const { peer, agent } = await pair();
    await until(agent, (v) => v.link === "connected");
    const port = peer.port;
    await peer.stop();
    const lost = await until(agent, (v) => v.link === "lost");
    expect(lost.state?.node.status).toBe("running");
    await expect(agent.call("start")).rejects.toThrow("can't be reached");
    const again = new Peer();
    await again.start(port);
    open.push({ close: () => again.stop() });
    agent.retry();
    await until(agent, (v) => v.link === "connected");
  });

  it("hears a feed again after the agent was away, and no more once it is given up", async () => {
    const { peer, agent } = await pair();
    await until(agent, (v) => v.link === "connected");
    const heard: string[] = [];
    const stop = agent.hear<string[]>("log", (lines) => heard.push(...lines));
    await expect.poll(() => heard).toEqual(["first"]);
    peer.sockets[0]?.terminate();
    await expect.poll(() => heard).toEqual(["first", "first"]);
    const id = `0xf${peer.asked.findLastIndex((a) => a.params[0] === "log") + 1}`;
    stop();
    await expect.poll(() => peer.asked.at(-1)).toEqual({ method: "helium_unsubscribe", params: [id] });
    peer.feed(id, ["late"]);
    peer.tell("working");
    await until(agent, (v) => v.state?.node?.status === "working");
    expect(heard).toEqual(["first", "first"]);
  });

  it("a call that the agent never answers fails when the socket ends", async () => {
    const { peer, agent } = await pair();
    await until(agent, (v) => v.link === "connected");
    for (const s of peer.sockets) s.removeAllListeners("message");
    const call = agent.call("pause");
    for (const s of peer.sockets) s.terminate();
    await expect(call).rejects.toThrow("went away");
  });

  it("a socket that speaks no JSON is closed and opened anew", async () => {
    const { peer, agent } = await pair();
    await until(agent, (v) => v.link === "connected");
    peer.sockets[0]?.send("nonsense");
    await until(agent, (v) => v.link === "lost");
    await until(agent, (v) => v.link === "connected");
    expect(peer.sockets).toHaveLength(2);
  });

  it("never shows a state to a page with a wrong token, or with none", async () => {
    const { peer, agent } = await pair("bad");
    await until(agent, (v) => v.link === "lost");
    expect(peer.asked).toEqual([]);
    const none = new Agent(async () => ({ url: "http://127.0.0.1:9", token: "" }), WS as unknown as typeof WebSocket);
    open.push(none);
    await until(none, (v) => v.link === "refused");
  });
});

describe("findAgent", () => {
  function page(hash: string, kept: Record<string, string> = {}, go?: object) {
    const replaced: string[] = [];
    const fake = {
      go,
      location: { hash, origin: "http://127.0.0.1:7", pathname: "/" },
      sessionStorage: {
        getItem: (k: string) => kept[k] ?? null,
        setItem: (k: string, v: string) => {
          kept[k] = v;
        },
      },
      history: { replaceState: (_: unknown, __: string, url: string) => replaced.push(url) },
    };
    return { fake: fake as unknown as Window, kept, replaced };
  }

  it("takes the token out of the address bar and keeps it for the tab", async () => {
    const { fake, kept, replaced } = page("#token=abc");
    expect(await findAgent(fake)).toEqual({ url: "http://127.0.0.1:7", token: "abc" });
    expect(kept).toEqual({ "helium-token": "abc" });
    expect(replaced).toEqual(["/"]);
    expect(await findAgent(page("#/", kept).fake)).toEqual({ url: "http://127.0.0.1:7", token: "abc" });
  });

  it("asks the window when the page is in one", async () => {
    const address = { url: "http://127.0.0.1:8", token: "w" };
    const bound = Object.fromEntries([["Agent", async () => address]]);
    expect(await findAgent(page("", {}, { window: { Window: bound } }).fake)).toEqual({
      url: "http://127.0.0.1:8",
      token: "w",
    });
  });

  it("has no token without a link", async () => {
    expect((await findAgent(page("").fake)).token).toBe("");
  });
});

describe("backoff", () => {
  it("grows to five seconds", () => {
    expect([0, 1, 2, 3, 4, 5, 50].map(backoff)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  });
});
