import { describe, expect, it } from "vitest";
import { type Answer, reduce } from "./answer";
import * as lib from "./conversations";

const text = (t: string) => (a: Answer) => reduce(a, { type: "text", text: t, at: 1 });
const ids = (c: lib.Conversation) => c.messages.map((m) => m.id);

function twoRounds() {
  let c = lib.withQuestion(lib.newConversation("c", 1), "first question", "m", 2);
  c = lib.withAnswer(c, ids(c)[1] ?? "", text("first answer"));
  c = lib.withQuestion(c, "second question", "m", 3);
  return lib.withAnswer(c, ids(c)[3] ?? "", text("second answer"));
}

describe("a conversation", () => {
  it("takes its title from the first question only", () => {
    expect(twoRounds().title).toBe("first question");
  });

  it("sends everything before the answer that is asked for", () => {
    const c = twoRounds();
    expect(lib.turnsBefore(c, ids(c)[3] ?? "")).toEqual([
      { role: "user", content: "first question" },
      { role: "assistant", content: "first answer" },
      { role: "user", content: "second question" },
    ]);
    expect(lib.turnsBefore(c, "nobody")).toEqual([]);
  });

  it("leaves out a question that was never answered", () => {
    let c = lib.withQuestion(lib.newConversation("c", 1), "lost", "m", 2);
    c = lib.withQuestion(c, "again", "m", 3);
    expect(lib.turnsBefore(c, ids(c)[3] ?? "")).toEqual([{ role: "user", content: "again" }]);
  });

  it("leaves pictures out of what a model for texts is sent, with their question", () => {
    const pictures = { width: 512, height: 512, count: 1, seed: 1, steps: 25, done: [], arrived: [true] };
    let c = lib.withQuestion(twoRounds(), "a blue boat", "images", 4, pictures);
    expect(c.messages.at(-1)).toMatchObject({ model: "images", answer: { pictures } });
    expect(lib.questionOf(c, c.messages.at(-1)?.id ?? "")).toBe("a blue boat");
    expect(lib.questionOf(c, "nobody")).toBe("");
    c = lib.withQuestion(c, "and now?", "m", 5);
    expect(lib.turnsBefore(c, c.messages.at(-1)?.id ?? "").map((t) => t.content)).toEqual([
      "first question",
      "first answer",
      "second question",
      "second answer",
      "and now?",
    ]);
  });

  it("an edit drops what came after, and keeps what came before", () => {
    const before = twoRounds();
    const c = lib.withEdit(before, ids(before)[2] ?? "", "other", "m2", 9);
    expect(ids(c).slice(0, 2)).toEqual(ids(before).slice(0, 2));
    expect(c.messages).toHaveLength(4);
    expect(c.messages[2]).toMatchObject({ role: "user", text: "other" });
    expect(c.messages[3]).toMatchObject({ role: "assistant", model: "m2", answer: { text: "", trust: "provisional" } });
    expect(lib.withEdit(before, ids(before)[1] ?? "", "an answer is no question", "m", 9)).toBe(before);
  });

  it("a retry asks the same question again", () => {
    const before = twoRounds();
    const c = lib.withRetry(before, ids(before)[1] ?? "", "m", 9);
    expect(c.messages).toHaveLength(2);
    expect(lib.turnsBefore(c, ids(c)[1] ?? "")).toEqual([{ role: "user", content: "first question" }]);
  });
});

describe("titleOf", () => {
  it.each([
    ["  Why is\tthe sky blue?\nSecond line", "Why is the sky blue?"],
    ["a ".repeat(40), `${"a ".repeat(23)}a…`],
    ["x".repeat(60), `${"x".repeat(48)}…`],
    ["🎈".repeat(60), `${"🎈".repeat(48)}…`],
  ])("%j", (question, title) => {
    expect(lib.titleOf(question)).toBe(title);
  });
});

describe("search", () => {
  const older = { ...twoRounds(), id: "old", updatedAt: 1 };
  const newer = { ...lib.newConversation("new", 5), title: "Balloons" };
  it("finds words in titles, questions and answers, newest first", () => {
    expect(lib.search([older, newer], "").map((c) => c.id)).toEqual(["new", "old"]);
    expect(lib.search([older, newer], "SECOND answer").map((c) => c.id)).toEqual(["old"]);
    expect(lib.search([older, newer], "ballo").map((c) => c.id)).toEqual(["new"]);
    expect(lib.search([older, newer], "nothing")).toEqual([]);
  });
});

describe("afterReload", () => {
  it("ends answers that nobody works on, and waits for those with a receipt to come", () => {
    let c = lib.withQuestion(lib.newConversation("c", 1), "q", "m", 2);
    expect(lib.afterReload(c).messages[1]).toMatchObject({ answer: { trust: "stopped" } });
    c = lib.withAnswer(c, ids(c)[1] ?? "", (a) => reduce(a, { type: "receipt-id", id: "r" }));
    expect(lib.afterReload(c).messages[1]).toMatchObject({ answer: { trust: "provisional", receiptId: "r" } });
  });
});

describe("newId", () => {
  it("does not repeat", () => {
    expect(new Set(Array.from({ length: 1000 }, lib.newId)).size).toBe(1000);
  });
});
