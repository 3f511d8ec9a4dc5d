import type { MouseEvent } from "react";
import { save } from "./format";

type Save = (name: string, text: string) => Promise<boolean>;

interface Native {
  runtime?: { BrowserOpenURL?: (url: string) => void };
  go?: Record<string, Record<string, { Save?: Save }>>;
}

/**
 * Saves a text as a file: in the desktop window, which has no downloads, where the
 * person says; in a browser where that puts them. False when the person thinks better of it.
 */
export async function saveText(name: string, text: string, type: string): Promise<boolean> {
  const bound = Object.values((window as Window & Native).go ?? {}).flatMap((structs) => Object.values(structs));
  const native = bound.find((b) => typeof b.Save === "function");
  if (native?.Save) return native.Save(name, text);
  save(name, new Blob([text], { type }));
  return true;
}

/** The window's bound methods; Wails puts them at go.<package>.<struct>. */
export function bound<T>(name: string, page: Window = window): T | null {
  const go = (page as Window & { go?: Record<string, Record<string, Record<string, unknown>>> }).go;
  for (const structs of Object.values(go ?? {})) {
    for (const methods of Object.values(structs)) {
      if (typeof methods[name] === "function") return methods[name] as T;
    }
  }
  return null;
}

/** Tells the window, once what the page shows has been drawn. */
export function tellShown() {
  const shown = bound<() => Promise<void>>("Shown");
  if (shown) requestAnimationFrame(() => requestAnimationFrame(() => void shown()));
}

/** In the desktop window a link opens the person's browser: the window itself has only one page. */
export function openOutside(e: MouseEvent<HTMLAnchorElement>) {
  const open = (window as Window & Native).runtime?.BrowserOpenURL;
  if (!open) return;
  e.preventDefault();
  open(e.currentTarget.href);
}

/** Tells the styles which window the page is in, if any. */
export function markWindow(root: HTMLElement) {
  if (!(window as Window & Native).runtime) return;
  const system = /mac|linux/i.exec(navigator.userAgent)?.[0] ?? "other";
  root.dataset.window = system.toLowerCase();
}
