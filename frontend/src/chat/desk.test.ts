import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it } from "vitest";
import type { Answer, AnswerEvent } from "../lib/answer";
import { type Bridge, ChatProblem, type Outcome } from "../lib/chat";
import { receiptOf } from "../lib/receipt.fixture";
import { Shelf } from "../lib/shelf";
import { Desk, isAwaited } from "./desk";

type Ask = (take: (e: AnswerEvent) => void, signal?: AbortSignal) => Promise<void>;

/** The desk's bridge, played event by event; the real one's parsing is tested with real streams in chat.test.ts. */
function bridge(ask: Ask, outcome: () => Outcome | Promise<Outcome> = () => ({})): Bridge {
  return {
    ask: (_: unknown, __: unknown, take: (e: AnswerEvent) => void, signal?: AbortSignal) => ask(take, signal),
    outcome: async () => outcome(),
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
