import type { MouseEvent } from "react";

interface Native {
  runtime?: { BrowserOpenURL?: (url: string) => void };
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
  root.dataset.window = /mac/i.test(navigator.userAgent) ? "mac" : "other";
}
