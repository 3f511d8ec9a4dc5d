import { useId } from "react";

/** Helium's balloon. Decoration: what it stands beside says the name. */
export function Mark({ size = 24, className }: { size?: number; className?: string }) {
  // A mark that is hidden would take the colour of one that shares its name with it.
  const glow = useId();
  return (
    <svg viewBox="0 0 64 64" width={size} height={size} className={className} aria-hidden="true">
      <defs>
        <radialGradient id={glow} cx=".36" cy=".26" r=".85">
          <stop offset="0" stopColor="#ffc79a" />
          <stop offset=".42" stopColor="#ff8f66" />
          <stop offset="1" stopColor="#e0426a" />
        </radialGradient>
      </defs>
      <path
        d="M32 3C18 3 8 13.4 8 27c0 13.5 11.5 24 24 27 12.5-3 24-13.5 24-27C56 13.4 46 3 32 3Z"
        fill={`url(#${glow})`}
      />
      <path d="m32 51 5 8q1 2-1 2h-8q-2 0-1-2Z" fill="#e0426a" />
      <path
        d="M16.5 26c.3-7.4 4.7-13 11-14.8"
        fill="none"
        stroke="#fff"
        strokeOpacity=".7"
        strokeWidth="3.4"
        strokeLinecap="round"
      />
    </svg>
  );
}
