import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it } from "vitest";
import { newConversation, withQuestion } from "./conversations";
import { Shelf } from "./shelf";

describe("Shelf", () => {
  it("has a conversation back after the page was closed", async () => {
    const factory = new IDBFactory();
    const first = await Shelf.open(factory);
    expect(first.lasting).toBe(true);
    const c = withQuestion(newConversation("a", 1), "hello", "m", 2);
    await first.put(c);
    await first.put({ ...newConversation("b", 1), title: "gone" });
    await first.remove("b");
    first.close();

    const second = await Shelf.open(factory);
    const list = await second.all();
    expect(list.map((x) => x.id)).toEqual(["a"]);
    expect(list[0]?.messages[0]).toEqual(c.messages[0]);
    second.close();
  });

  it("says so, and works on, where the browser has no database", async () => {
    const broken = {
      open: () => {
        throw new Error("denied");
      },
    } as unknown as IDBFactory;
    for (const factory of [broken]) {
      const shelf = await Shelf.open(factory);
      expect(shelf.lasting).toBe(false);
      await shelf.put(newConversation("a", 1));
      expect(await shelf.all()).toEqual([]);
    }
  });
});
