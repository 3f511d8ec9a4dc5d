import type { ReactNode } from "react";

/** A part of the settings: its name, what it is about, and what there is to choose. */
export function Part(props: { title: string; text?: string; children: ReactNode; testId?: string }) {
  return (
    <section className="rounded-2xl border border-line bg-card px-5 py-4 sm:px-6 sm:py-5" data-testid={props.testId}>
      <h2 className="text-[15px] font-semibold">{props.title}</h2>
      {props.text && <p className="mt-1 text-[13px] leading-relaxed text-soft">{props.text}</p>}
      <div className="mt-3">{props.children}</div>
    </section>
  );
}

/** A choice: its name at the left, and at the right, or below where there is no room, what is chosen. */
export function Row(props: { label: string; htmlFor?: string; id?: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1.5 py-1.5">
      {props.htmlFor ? (
        <label htmlFor={props.htmlFor} className="text-sm font-medium">
          {props.label}
        </label>
      ) : (
        <span id={props.id} className="text-sm font-medium">
          {props.label}
        </span>
      )}
      {props.children}
    </div>
  );
}

export const selectLook =
  "touch h-9 min-w-44 rounded-lg border border-edge bg-card px-2.5 text-sm text-ink disabled:opacity-60";
