import { afterReload, type Conversation } from "./conversations";

/**
 * The shelf keeps conversations in this browser's database. Where there is
 * none (some private windows), it keeps them until the page is closed and
 * `lasting` is false. Other tabs hear of every change.
 */
export class Shelf {
  #db: IDBDatabase | null = null;
  #channel: BroadcastChannel | null = null;
  #others: (() => void)[] = [];

  static async open(factory: IDBFactory | undefined = globalThis.indexedDB, name = "helium-chat"): Promise<Shelf> {
    const shelf = new Shelf();
    try {
      if (factory) shelf.#db = await openDatabase(factory, name);
    } catch {
      shelf.#db = null;
    }
    if (shelf.#db && typeof BroadcastChannel !== "undefined") {
      shelf.#channel = new BroadcastChannel(name);
      shelf.#channel.onmessage = () => {
        for (const tell of shelf.#others) tell();
      };
    }
    return shelf;
  }

  /** Whether conversations are still there after the page is closed. */
  get lasting(): boolean {
    return this.#db !== null;
  }

  async all(): Promise<Conversation[]> {
    if (!this.#db) return [];
    const list = await done<Conversation[]>(this.#store("readonly").getAll());
    return list.map(afterReload);
  }

  async put(c: Conversation): Promise<void> {
    if (!this.#db) return;
    await done(this.#store("readwrite").put(c));
    this.#channel?.postMessage(c.id);
  }

  async remove(id: string): Promise<void> {
    if (!this.#db) return;
    await done(this.#store("readwrite").delete(id));
    this.#channel?.postMessage(id);
  }

  /** Calls `tell` when another tab changed the shelf; returns how to stop. */
  onOthers(tell: () => void): () => void {
    this.#others.push(tell);
    return () => {
      this.#others = this.#others.filter((t) => t !== tell);
    };
  }

  close() {
    this.#db?.close();
    this.#channel?.close();
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    if (!this.#db) throw new Error("the shelf is closed");
    return this.#db.transaction("conversations", mode).objectStore("conversations");
  }
}

function openDatabase(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const request = factory.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore("conversations", { keyPath: "id" });
  return done(request);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
