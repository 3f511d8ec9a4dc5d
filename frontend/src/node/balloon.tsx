import clsx from "clsx";
import type { Shape } from "./actions";

const tones: Record<Shape, string> = {
  idle: "text-edge",
  running: "text-good",
  working: "text-good",
  paused: "text-wait",
  blocked: "text-bad",
};

/** The node's state by shape, as the tray shows it: hollow, full, rising, with bars, with a mark. */
export function Balloon({ shape, busy, size = 72 }: { shape: Shape; busy: boolean; size?: number }) {
  return (
    <svg
      viewBox="0 0 64 64"
      width={size}
      height={size}
      aria-hidden="true"
      className={clsx("shrink-0", tones[shape], busy && "animate-breathe")}
    >
      {shape === "idle" ? (
        <path
          d="M32 6C20 6 11 15 11 27c0 11.300 9.500 20.600 21 23.400C43.500 47.600 53 38.300 53 27 53 15 44 6 32 6Z"
          fill="none"
          stroke="currentColor"
          strokeWidth="4"
        />
      ) : (
        <path
          d="M32 3C18 3 8 13.400 8 27c0 13.500 11.500 24 24 27 12.500-3 24-13.500 24-27C56 13.400 46 3 32 3Z"
          fill="currentColor"
        />
      )}
      <path d="m32 51 5 8q1 2-1 2h-8q-2 0-1-2Z" fill="currentColor" />
      <g fill="none" stroke="var(--card)" strokeWidth="6" strokeLinecap="round" strokeLinejoin="round">
        {shape === "working" && <path d="m21 28 11-11 11 11M21 40l11-11 11 11" />}
        {shape === "paused" && <path d="M25.500 18v20m13-20v20" />}
        {shape === "blocked" && <path d="M32 14v16m0 9.500v.1" />}
        {shape === "running" && <path d="m21.500 28 7.500 7.500L43 20.500" strokeWidth="5" />}
      </g>
    </svg>
  );
}
