import clsx from "clsx";
import type { ComponentProps } from "react";

type Kind = "primary" | "plain" | "quiet" | "danger";

const kinds: Record<Kind, string> = {
  primary: "bg-accent text-on-accent hover:opacity-90 disabled:opacity-60",
  plain: "border border-edge/60 bg-card text-ink hover:bg-sunken disabled:opacity-60",
  quiet: "text-soft hover:bg-sunken hover:text-ink disabled:opacity-50",
  danger: "border border-bad/50 bg-card text-bad hover:bg-bad-tint disabled:opacity-60",
};

/** A button with words. */
export function Button({ kind = "plain", className, ...rest }: ComponentProps<"button"> & { kind?: Kind }) {
  return (
    <button
      type="button"
      className={clsx(
        "touch inline-flex h-9 items-center justify-center gap-2 rounded-lg px-3.5 text-sm font-medium transition-colors disabled:cursor-default",
        kinds[kind],
        className,
      )}
      {...rest}
    />
  );
}

/** A button that is a picture; its label is what is read aloud and shown on hover. */
export function IconButton({ label, className, ...rest }: ComponentProps<"button"> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={clsx(
        "touch inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-soft transition-colors hover:bg-sunken hover:text-ink disabled:cursor-default disabled:opacity-40 [&_svg]:size-[17px]",
        className,
      )}
      {...rest}
    />
  );
}
