// @vitest-environment node
import "fake-indexeddb/auto";
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

  const picture = (message: string, index: number, conversation = "c") => ({
    message,
    index,
    conversation,
    file: new Blob([`${message} ${index}`], { type: "image/png" }),
  });
  const texts = async (shelf: Shelf, message: string) =>
    Promise.all((await shelf.picturesOf(message)).map((p) => p.file.text()));

  it("has an answer's pictures back, in their order", async () => {
    const factory = new IDBFactory();
    const first = await Shelf.open(factory);
    await first.putPictures([picture("m", 1), picture("m", 0), picture("m2", 0), picture("l", 0)]);
    first.close();
    const second = await Shelf.open(factory);
    expect(await texts(second, "m")).toEqual(["m 0", "m 1"]);
    expect((await second.picturesOf("m"))[0]?.file.type).toBe("image/png");
    expect(await texts(second, "other")).toEqual([]);
  });

  it("removes pictures with their conversation or their answer, and no others", async () => {
    const shelf = await Shelf.open(new IDBFactory());
    await shelf.put(newConversation("c", 1));
    await shelf.putPictures([picture("m", 0), picture("m", 1), picture("n", 0), picture("o", 0, "d")]);
    await shelf.removePictures(["n"]);
    expect(await texts(shelf, "n")).toEqual([]);
    const removed = await shelf.remove("c");
    expect(removed.map((p) => p.index)).toEqual([0, 1]);
    expect(await texts(shelf, "m")).toEqual([]);
    expect(await texts(shelf, "o")).toEqual(["o 0"]);
    await shelf.putPictures(removed);
    expect(await texts(shelf, "m")).toEqual(["m 0", "m 1"]);
  });

  it("keeps the conversations of a page that knew no pictures", async () => {
    const factory = new IDBFactory();
    await new Promise<void>((done) => {
      const old = factory.open("helium-chat", 1);
      old.onupgradeneeded = () => old.result.createObjectStore("conversations", { keyPath: "id" });
      old.onsuccess = () => {
        const change = old.result.transaction("conversations", "readwrite");
        change.objectStore("conversations").put(newConversation("old", 1));
        change.oncomplete = () => {
          old.result.close();
          done();
        };
      };
    });
    const shelf = await Shelf.open(factory);
    expect((await shelf.all()).map((c) => c.id)).toEqual(["old"]);
    await shelf.putPictures([picture("m", 0)]);
    expect(await texts(shelf, "m")).toEqual(["m 0"]);
  });

  it("throws when something can't be written, and keeps the rest", async () => {
    const shelf = await Shelf.open(new IDBFactory());
    await shelf.put(newConversation("c", 1));
    const unwritable = { ...newConversation("c", 2), title: (() => {}) as unknown as string };
    await expect(shelf.put(unwritable)).rejects.toThrow();
    expect((await shelf.all())[0]?.createdAt).toBe(1);
  });
});
