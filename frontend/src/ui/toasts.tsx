import { type FocusEvent, useEffect, useRef } from "react";
import { Toaster } from "sonner";

/**
 * The short messages at the foot of a page. One that goes while it has the focus
 * gives it back to what had it before, unless the person has gone elsewhere.
 */
export function Toasts({ theme }: { theme: "light" | "dark" | "system" }) {
  const messages = useRef<HTMLDivElement>(null);
  const before = useRef<EventTarget | null>(null);
  useEffect(() => {
    const gone = new MutationObserver(() => {
      if (document.activeElement !== document.body || !(before.current instanceof HTMLElement)) return;
      before.current.focus({ preventScroll: true });
      before.current = null;
    });
    if (messages.current) gone.observe(messages.current, { childList: true, subtree: true });
    return () => gone.disconnect();
  }, []);
  const enter = (e: FocusEvent<Element>) => {
    // Sonner gives it back wherever the person is, who then presses Enter on what was
    // pressed before the message: it does not hear that there is a focus to give.
    e.stopPropagation();
    if (!e.currentTarget.contains(e.relatedTarget)) before.current = e.relatedTarget;
  };
  const leave = ({ currentTarget, target }: FocusEvent<Element>) => {
    requestAnimationFrame(() => {
      const went = target.isConnected && document.hasFocus() && !currentTarget.contains(document.activeElement);
      if (went) before.current = null;
    });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: nobody acts on it; it hears of the focus inside
    <div ref={messages} className="contents" onFocusCapture={enter} onBlur={leave}>
      <Toaster position="bottom-center" theme={theme} />
    </div>
  );
}
