import type { FocusEvent } from "react";
import { Toaster } from "sonner";

/**
 * The short messages at the foot of a page. One that goes gives the focus back to
 * where it was; where the person has gone elsewhere, the focus stays with them.
 */
export function Toasts({ theme }: { theme: "light" | "dark" | "system" }) {
  // Sonner gives it back in every case, and Enter then pressed what had been pressed before.
  const follow = ({ currentTarget, relatedTarget: to }: FocusEvent) => {
    if (to instanceof HTMLElement && !currentTarget.contains(to)) to.focus({ preventScroll: true });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: nobody acts on it; it hears of the focus inside
    <div className="contents" onBlur={follow}>
      <Toaster position="bottom-center" theme={theme} />
    </div>
  );
}
