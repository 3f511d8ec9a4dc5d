import { afterReload, type Conversation } from "./conversations";

/** A picture as it is kept: which of the answer's it is, and whose conversation's. */
export interface KeptPicture {
  message: string;
  index: number;
  conversation: string;
  file: Blob;
}

/**
 * The shelf keeps conversations in this browser's database, and their pictures
 * beside them. What can't be kept, because the disk is full for instance, throws,
 * and loses nothing that is kept already. Where there is none (some private
 * windows), nothing lasts longer than the page, and `lasting` is false. Other tabs
 * hear of every change.
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
    const store = this.#open(["conversations"], "readonly").objectStore("conversations");
    return (await done<Conversation[]>(store.getAll())).map(afterReload);
  }

  async put(c: Conversation): Promise<void> {
    if (!this.#db) return;
    const change = this.#open(["conversations"], "readwrite");
    change.objectStore("conversations").put(c);
    await committed(change);
    this.#channel?.postMessage(c.id);
  }

  /** Removes a conversation and its pictures, which it returns for a way back. */
  async remove(id: string): Promise<KeptPicture[]> {
    if (!this.#db) return [];
    const change = this.#open(["conversations", "pictures"], "readwrite");
    const ended = committed(change);
    change.objectStore("conversations").delete(id);
    const pictures = change.objectStore("pictures");
    const kept = await done<KeptPicture[]>(pictures.index("conversation").getAll(id));
    for (const p of kept) pictures.delete([p.message, p.index]);
    await ended;
    this.#channel?.postMessage(id);
    return kept;
  }

  /** Keeps pictures in one piece: all of them, or none and an error. */
  async putPictures(pictures: KeptPicture[]): Promise<void> {
    if (!this.#db || pictures.length === 0) return;
    const change = this.#open(["pictures"], "readwrite");
    for (const p of pictures) change.objectStore("pictures").put(p);
    await committed(change);
  }

  /** The pictures of one answer, in their order. */
  async picturesOf(message: string): Promise<KeptPicture[]> {
    if (!this.#db) return [];
    const store = this.#open(["pictures"], "readonly").objectStore("pictures");
    return done<KeptPicture[]>(store.getAll(allOf(message)));
  }

  /** Removes the pictures of answers that are gone from their conversation. */
  async removePictures(messages: string[]): Promise<void> {
    if (!this.#db || messages.length === 0) return;
    const change = this.#open(["pictures"], "readwrite");
    for (const m of messages) change.objectStore("pictures").delete(allOf(m));
    await committed(change);
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

  #open(stores: Store[], mode: IDBTransactionMode): IDBTransaction {
    if (!this.#db) throw new Error("the shelf is closed");
    return this.#db.transaction(stores, mode);
  }
}

type Store = "conversations" | "pictures";

function openDatabase(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const request = factory.open(name, 2);
  request.onupgradeneeded = ({ oldVersion }) => {
    const db = request.result;
    if (oldVersion < 1) db.createObjectStore("conversations", { keyPath: "id" });
    const pictures = db.createObjectStore("pictures", { keyPath: ["message", "index"] });
    pictures.createIndex("conversation", "conversation");
  };
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    // A tab of the page's last version has it open: until that is closed, this one keeps nothing.
    request.onblocked = () => reject(new Error("another tab has the database open"));
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
  });
}

/** Every picture of an answer: a key that is an array lies behind all others. */
function allOf(message: string): IDBKeyRange {
  return IDBKeyRange.bound([message], [message, []]);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Only now it is written: that a disk is full comes out at the end. */
function committed(change: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onabort = () => reject(change.error);
  });
}
