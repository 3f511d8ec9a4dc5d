import clsx from "clsx";

export type RingState = "waiting" | "provisional" | "verified" | "disputed" | "still";

const arcs = [-90, 30, 150];

/**
 * Three arcs for three machines. Each fills when its machine has committed;
 * they close around a tick when the answer is verified. The shape says what
 * the colour says.
 */
export function Ring({ state, filled, size = 18 }: { state: RingState; filled: number; size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" className="shrink-0">
      {state === "verified" ? (
        <>
          <circle cx="12" cy="12" r="11" fill="currentColor" />
          <path
            d="m7.2 12.4 3.2 3.2 6.4-6.8"
            fill="none"
            stroke="var(--card)"
            strokeWidth="2.4"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </>
      ) : (
        <>
          <g className={clsx(state === "waiting" && "origin-center animate-turn")}>
            {arcs.map((start, i) => (
              <path
                key={start}
                d={arc(start + 12, start + 108)}
                fill="none"
                stroke="currentColor"
                strokeWidth={i < filled ? 4 : 2}
                strokeLinecap="round"
                opacity={i < filled ? 1 : 0.55}
              />
            ))}
          </g>
          {state === "disputed" && (
            <path
              d="M12 7.500v5.500m0 3.200v.1"
              fill="none"
              stroke="currentColor"
              strokeWidth="2.4"
              strokeLinecap="round"
            />
          )}
          {state === "provisional" && (
            <circle cx="12" cy="12" r="2.4" fill="currentColor" className="animate-breathe" />
          )}
          {state === "still" && <path d="M8.5 12h7" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />}
        </>
      )}
    </svg>
  );
}

function arc(from: number, to: number): string {
  const at = (degrees: number) => {
    const r = (degrees * Math.PI) / 180;
    return `${(12 + 9.5 * Math.cos(r)).toFixed(2)} ${(12 + 9.5 * Math.sin(r)).toFixed(2)}`;
  };
  return `M${at(from)}A9.5 9.5 0 0 1 ${at(to)}`;
}
