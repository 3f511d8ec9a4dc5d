// @vitest-environment node
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Answer, AnswerEvent } from "../lib/answer";
import { type Bridge, ChatProblem, type ImageParams, type Outcome } from "../lib/chat";
import { imagesReceiptOf, paint } from "../lib/picture.fixture";
import { evictedReceiptOf, receiptOf } from "../lib/receipt.fixture";
import { Shelf } from "../lib/shelf";
import { Desk, isAwaited } from "./desk";

type Ask = (take: (e: AnswerEvent) => void, signal?: AbortSignal) => Promise<void>;

/** The desk's bridge, played event by event; the real one's parsing is tested with real streams in chat.test.ts. */
function bridge(ask: Ask, outcome: () => Outcome | Promise<Outcome> = () => ({}), cancels = false): Bridge {
  return {
    ask: (_: unknown, __: unknown, take: (e: AnswerEvent) => void, signal?: AbortSignal) => ask(take, signal),
    outcome: async () => outcome(),
    cancel: async () => cancels,
  } as unknown as Bridge;
}

const shelfOf = (factory: IDBFactory) => () => Shelf.open(factory);

function answerOf(desk: Desk, id = "c"): Answer | undefined {
  const m = desk.find(id)?.messages.at(-1);
  return m?.role === "assistant" ? m.answer : undefined;
}

/** Waits until the desk is as wished; the test's own time limit ends a wait in vain. */
function until(desk: Desk, wished: () => boolean): Promise<void> {
  return new Promise((done) => {
    const stop = desk.listen(() => look());
    function look() {
      if (!wished()) return;
      stop();
      done();
    }
    look();
  });
}

const text: AnswerEvent = { type: "text", text: "Hello", at: 1 };
const made: AnswerEvent = { type: "receipt-id", id: "r" };

describe("Desk", () => {
  it("keeps an answer that is verified, for the next time the page is opened", async () => {
    const factory = new IDBFactory();
    const desk = new Desk(
      bridge(async (take) => {
        for (const e of [
          made,
          text,
          { type: "verified", at: 2 },
          { type: "receipt", receipt: receiptOf("Hello") },
        ] as AnswerEvent[])
          take(e);
      }),
      shelfOf(factory),
    );
    await until(desk, () => desk.view.loaded);
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => answerOf(desk)?.trust === "verified" && desk.view.running.size === 0);
    await new Promise((done) => setTimeout(done, 50)); // the shelf is written behind the screen
    const again = new Desk(
      bridge(async () => {}),
      shelfOf(factory),
    );
    await until(again, () => again.view.loaded);
    expect(answerOf(again)).toMatchObject({ trust: "verified", text: "Hello" });
  });

  it("waits for the receipt of an answer whose connection broke", async () => {
    let settled = false;
    const desk = new Desk(
      bridge(
        async (take) => {
          take(made);
          take({ type: "text", text: "Hel", at: 1 });
          throw new ChatProblem("interrupted");
        },
        () => (settled ? { receipt: receiptOf("Hello") } : {}),
      ),
      shelfOf(new IDBFactory()),
    );
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => desk.view.running.size === 0 && answerOf(desk)?.text === "Hel");
    expect(answerOf(desk)?.trust).toBe("provisional");
    settled = true;
    await until(desk, () => answerOf(desk)?.trust === "verified");
    expect(answerOf(desk)?.text).toBe("Hello");
  });

  it("goes on waiting when the page is opened again", async () => {
    const factory = new IDBFactory();
    const first = new Desk(
      bridge(async (take) => {
        take(made);
        await new Promise(() => {}); // until the page is closed
      }),
      shelfOf(factory),
    );
    await until(first, () => first.view.loaded);
    first.ask("c", "Hi", { model: "m" });
    await new Promise((done) => setTimeout(done, 900));
    const second = new Desk(
      bridge(
        async () => {},
        () => ({ receipt: receiptOf("Hello") }),
      ),
      shelfOf(factory),
    );
    await until(second, () => answerOf(second)?.trust === "verified");
  });

  it("an answer that nobody knows of any more is lost, not provisional for ever", async () => {
    const desk = new Desk(
      bridge(
        async (take) => {
          take(made);
          throw new ChatProblem("interrupted");
        },
        () => ({ gone: true }),
      ),
      shelfOf(new IDBFactory()),
    );
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => answerOf(desk)?.trust === "failed");
    expect(answerOf(desk)?.reason?.code).toBe("lost");
  });

  it("a task that ended without a result fails with the network's reason", async () => {
    const reason = { code: "queue_expired", title: "No node was free in time", detail: "" };
    const desk = new Desk(
      bridge(
        async (take) => take(made),
        () => ({ reason }),
      ),
      shelfOf(new IDBFactory()),
    );
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => answerOf(desk)?.trust === "failed");
    expect(answerOf(desk)?.reason).toEqual(reason);
  });

  it("an answer that failed before its task was made says why, and can be asked for again", async () => {
    let fails = true;
    const desk = new Desk(
      bridge(async (take) => {
        if (fails) throw new ChatProblem("full", "", 9);
        take(made);
        take({ type: "receipt", receipt: receiptOf("Hello") });
      }),
      shelfOf(new IDBFactory()),
    );
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => answerOf(desk)?.trust === "failed");
    expect(answerOf(desk)?.reason).toMatchObject({ code: "full", action: "9" });
    fails = false;
    desk.retry("c", desk.find("c")?.messages.at(-1)?.id ?? "", { model: "m" });
    await until(desk, () => answerOf(desk)?.trust === "verified");
  });

  it("stops reading when told to, and fetches the whole answer later", async () => {
    const desk = new Desk(
      bridge(
        (take, signal) =>
          new Promise((_, reject) => {
            take(made);
            take({ type: "text", text: "Hel", at: 1 });
            signal?.addEventListener("abort", () => reject(signal.reason));
          }),
        () => ({ receipt: receiptOf("Hello") }),
      ),
      shelfOf(new IDBFactory()),
    );
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => answerOf(desk)?.text === "Hel");
    desk.stop("c");
    await until(desk, () => answerOf(desk)?.trust === "stopped" && desk.view.running.size === 0);
    desk.fetchWhole("c", desk.find("c")?.messages.at(-1)?.id ?? "");
    await until(desk, () => answerOf(desk)?.trust === "verified");
    expect(answerOf(desk)?.text).toBe("Hello");
  });

  it("takes back what waits in the queue when it is stopped, and shows what that cost", async () => {
    const receipt = { ...evictedReceiptOf(), outcome: 6, refunded: "9000000000000000000" };
    const desk = new Desk(
      bridge(
        (take, signal) =>
          new Promise((_, reject) => {
            take(made);
            take({ type: "stage", stage: "queued", at: 1, position: 2 });
            signal?.addEventListener("abort", () => reject(signal.reason));
          }),
        () => ({ receipt, reason: { code: "cancelled", title: "t", detail: "d" } }),
        true,
      ),
      shelfOf(new IDBFactory()),
    );
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => answerOf(desk)?.stage === "queued");
    desk.stop("c");
    await until(desk, () => answerOf(desk)?.receipt !== undefined && desk.view.running.size === 0);
    expect(answerOf(desk)).toMatchObject({ trust: "stopped", takenBack: true });
  });

  it("has the receipt of an attempt that came to nothing, from the stream's word or after the page was closed", async () => {
    const silent = { ...evictedReceiptOf(), outcome: 5 };
    const reason = { code: "nodes_silent", title: "t", detail: "d" };
    const factory = new IDBFactory();
    let settle = () => {};
    const desk = new Desk(
      bridge(
        async (take) => {
          take(made);
          take({ type: "retry", number: 2, reason });
          await new Promise<void>((done) => {
            settle = done;
          });
        },
        () => ({ before: [{ reason, receipt: silent }] }),
      ),
      shelfOf(factory),
    );
    await until(desk, () => desk.view.loaded);
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => answerOf(desk)?.before?.[0]?.receipt !== undefined);
    expect(answerOf(desk)).toMatchObject({ trust: "provisional", before: [{ trust: "failed", receipt: silent }] });
    settle();

    const missed = new Desk(
      bridge(
        async (take) => {
          take(made);
          throw new ChatProblem("interrupted");
        },
        () => ({ before: [{ reason, receipt: silent }], receipt: receiptOf("Hello") }),
      ),
      shelfOf(new IDBFactory()),
    );
    missed.ask("c", "Hi", { model: "m" });
    await until(missed, () => answerOf(missed)?.trust === "verified");
    expect(answerOf(missed)).toMatchObject({ text: "Hello", before: [{ trust: "failed", receipt: silent }] });
  });

  it("nobody waits for a verified answer, though its stream stays open for the receipt", async () => {
    let settle = () => {};
    const settled = new Promise<void>((done) => {
      settle = done;
    });
    const desk = new Desk(
      bridge(async (take) => {
        take(made);
        take(text);
        await new Promise((done) => setTimeout(done, 20));
        take({ type: "verified", at: 2 });
        await settled;
        take({ type: "receipt", receipt: receiptOf("Hello") });
      }),
      shelfOf(new IDBFactory()),
    );
    const awaited = () => desk.find("c")?.messages.some((m) => isAwaited(m, desk.view));
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => answerOf(desk)?.text === "Hello");
    expect(awaited()).toBe(true);
    await until(desk, () => answerOf(desk)?.trust === "verified");
    expect(awaited()).toBe(false);
    expect(desk.view.running.size).toBe(1);
    settle();
    await until(desk, () => answerOf(desk)?.receipt !== undefined);
  });

  it("a removed conversation is gone and can be put back", async () => {
    const desk = new Desk(
      bridge(async (take) => take({ type: "receipt", receipt: receiptOf("x") })),
      shelfOf(new IDBFactory()),
    );
    desk.ask("c", "Hi", { model: "m" });
    await until(desk, () => answerOf(desk)?.trust === "verified");
    const restore = desk.remove("c");
    expect(desk.find("c")).toBeUndefined();
    restore();
    expect(desk.find("c")?.messages).toHaveLength(2);
  });
});

describe("pictures on the desk", () => {
  const file = (name: string) => new Blob([name], { type: "image/png" });
  const params: ImageParams = { makes: "images", model: "m", width: 64, height: 64, count: 2 };
  const receipt = imagesReceiptOf([paint(1, 64, 64), paint(2, 64, 64)]);
  const drawn: AnswerEvent[] = [
    made,
    { type: "preview", image: 0, file: file("early") },
    { type: "picture", image: 0, file: file("one") },
    { type: "picture", image: 1, file: file("two") },
    { type: "verified", at: 2 },
    { type: "receipt", receipt },
  ];

  /** A bridge for pictures, which also has those that it made. */
  function painter(events: AnswerEvent[], more: Partial<Bridge> = {}) {
    const asked: { words: string; params: ImageParams }[] = [];
    const it = {
      draw: async (words: string, params: ImageParams, take: (e: AnswerEvent) => void) => {
        asked.push({ words, params });
        for (const e of events) take(e);
      },
      outcome: async () => ({ receipt }),
      pictures: async () => null,
      ...more,
    };
    return { asked, bridge: it as unknown as Bridge };
  }

  const last = (desk: Desk) => {
    const m = desk.find("c")?.messages.at(-1);
    if (m?.role !== "assistant") throw new Error("no answer");
    return m;
  };
  const texts = (desk: Desk) => Promise.all((desk.view.pictures.get(last(desk).id)?.whole ?? []).map((f) => f.text()));
  const settle = () => new Promise((done) => setTimeout(done, 50)); // the shelf is written behind the screen

  it("are kept beside their conversation, and are there when the page is opened again", async () => {
    const factory = new IDBFactory();
    const { bridge, asked } = painter(drawn);
    const desk = new Desk(bridge, shelfOf(factory));
    await until(desk, () => desk.view.loaded);
    desk.ask("c", "a boat", params);
    await until(desk, () => answerOf(desk)?.trust === "verified" && desk.view.running.size === 0);
    expect(asked[0]).toMatchObject({ words: "a boat", params: { seed: expect.any(Number) } });
    expect(answerOf(desk)?.pictures?.seed).toBe(asked[0]?.params.seed);
    expect(JSON.stringify(desk.find("c"))).not.toContain("base64");
    await settle();

    const again = new Desk(painter([]).bridge, shelfOf(factory));
    await until(again, () => again.view.loaded);
    expect(answerOf(again)?.trust).toBe("verified");
    await again.showPictures("c", last(again));
    expect(await texts(again)).toEqual(["one", "two"]);
    const saved = JSON.stringify(await again.exported(again.find("c") as never));
    expect(saved).toContain(`data:image/png;base64,${btoa("two")}`);
  });

  it("take a new seed each time, unless one is chosen", async () => {
    const { bridge, asked } = painter(drawn);
    const desk = new Desk(bridge, shelfOf(new IDBFactory()));
    desk.ask("c", "a boat", params);
    desk.retry("c", last(desk).id, params);
    desk.retry("c", last(desk).id, { ...params, seed: 7 });
    await until(desk, () => asked.length === 3 && desk.view.running.size === 0);
    const [a, b, c] = asked.map((x) => x.params.seed);
    expect(a).not.toBe(b);
    expect(c).toBe(7);
  });

  it("go when their answer is made again or their conversation is removed, which can be undone", async () => {
    const factory = new IDBFactory();
    const shelf = await Shelf.open(factory);
    const desk = new Desk(painter(drawn).bridge, shelfOf(factory));
    await until(desk, () => desk.view.loaded);
    desk.ask("c", "a boat", params);
    await until(desk, () => answerOf(desk)?.trust === "verified");
    await settle();
    const old = last(desk).id;
    expect(await shelf.picturesOf(old)).toHaveLength(2);
    desk.retry("c", old, params);
    await until(desk, () => answerOf(desk)?.trust === "verified");
    await settle();
    expect(await shelf.picturesOf(old)).toHaveLength(0);
    const kept = last(desk).id;
    const restore = desk.remove("c");
    await settle();
    expect(await shelf.picturesOf(kept)).toHaveLength(0);
    restore();
    await settle();
    expect(await shelf.picturesOf(kept)).toHaveLength(2);
  });

  it("whose connection broke are fetched when the task is settled", async () => {
    let fetched = 0;
    const { bridge } = painter([], {
      draw: async (_: string, __: ImageParams, take: (e: AnswerEvent) => void) => {
        take(made);
        throw new ChatProblem("interrupted");
      },
      pictures: async () => {
        if (++fetched === 1) throw new ChatProblem("unreachable");
        return [file("one"), file("two")];
      },
    });
    const desk = new Desk(bridge, shelfOf(new IDBFactory()));
    desk.ask("c", "a boat", params);
    await until(desk, () => answerOf(desk)?.trust === "verified");
    expect(await texts(desk)).toEqual(["one", "two"]);
    expect(fetched).toBe(2);
  });

  it("that the bridge has no more are lost, and said to be", async () => {
    const { bridge } = painter([made]);
    const desk = new Desk(bridge, shelfOf(new IDBFactory()));
    desk.ask("c", "a boat", params);
    await until(desk, () => answerOf(desk)?.trust === "failed");
    expect(answerOf(desk)?.reason?.code).toBe("picturesLost");
  });

  it("that can't be kept are shown and said to be gone later; the text is kept", async () => {
    const factory = new IDBFactory();
    const full = async () => {
      const shelf = await Shelf.open(factory);
      shelf.putPictures = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
      return shelf;
    };
    const desk = new Desk(painter(drawn).bridge, full);
    await until(desk, () => desk.view.loaded);
    desk.ask("c", "a boat", params);
    await until(desk, () => desk.view.pictures.get(last(desk).id)?.unkept === true);
    expect(await texts(desk)).toEqual(["one", "two"]);
    await settle();
    const again = new Desk(painter([]).bridge, shelfOf(factory));
    await until(again, () => again.view.loaded);
    await again.showPictures("c", last(again));
    expect(again.view.pictures.get(last(again).id)).toMatchObject({ missing: true });
    expect(again.find("c")?.messages[0]).toMatchObject({ text: "a boat" });
  });

  it("are not called missing while the bridge can't be reached, and are asked for again", async () => {
    const factory = new IDBFactory();
    const desk = new Desk(painter(drawn).bridge, async () => {
      const shelf = await Shelf.open(factory);
      shelf.putPictures = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
      return shelf;
    });
    await until(desk, () => desk.view.loaded);
    desk.ask("c", "a boat", params);
    await until(desk, () => answerOf(desk)?.trust === "verified");
    await settle();

    let reached = false;
    const pictures = async () => {
      if (reached) return [file("one"), file("two")];
      throw new ChatProblem("unreachable");
    };
    const again = new Desk(painter([], { pictures }).bridge, shelfOf(factory));
    await until(again, () => again.view.loaded);
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    await again.showPictures("c", last(again));
    expect(again.view.pictures.get(last(again).id)?.missing).toBeUndefined();
    vi.runAllTimers();
    expect(again.view.pictures.has(last(again).id)).toBe(false);
    vi.useRealTimers();
    reached = true;
    await again.showPictures("c", last(again));
    expect(await texts(again)).toEqual(["one", "two"]);
  });

  it("a picture that nobody asked for has no place", async () => {
    const events: AnswerEvent[] = [1e9, -1, 0.5, 2].map((image) => ({ type: "picture", image, file: file("x") }));
    const desk = new Desk(painter([...events, ...drawn]).bridge, shelfOf(new IDBFactory()));
    desk.ask("c", "a boat", params);
    await until(desk, () => answerOf(desk)?.trust === "verified");
    expect(await texts(desk)).toEqual(["one", "two"]);
  });

  it("a disk that is full is said, and no longer once there is room", async () => {
    let room = false;
    const desk = new Desk(painter(drawn).bridge, async () => {
      const shelf = await Shelf.open(new IDBFactory());
      const put = shelf.put.bind(shelf);
      shelf.put = (c) => (room ? put(c) : Promise.reject(new DOMException("full", "QuotaExceededError")));
      return shelf;
    });
    await until(desk, () => desk.view.loaded);
    desk.ask("c", "a boat", params);
    await until(desk, () => desk.view.full);
    expect(desk.find("c")?.messages).toHaveLength(2);
    room = true;
    desk.rename("c", "boats");
    await until(desk, () => !desk.view.full);
  });
});
