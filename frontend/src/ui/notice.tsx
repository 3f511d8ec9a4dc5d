import clsx from "clsx";
import type { ReactNode } from "react";

/** Something in the way: what it is, what it means, what more is known of it, and one action. */
export function Notice(props: {
  kind: "bad" | "wait" | "plain";
  title: string;
  detail?: string;
  facts?: string;
  action?: ReactNode;
  icon?: ReactNode;
}) {
  const kinds = {
    bad: "border-bad/35 bg-bad-tint [&_[data-icon]]:text-bad",
    wait: "border-wait/35 bg-wait-tint [&_[data-icon]]:text-wait",
    plain: "border-line bg-sunken [&_[data-icon]]:text-soft",
  };
  return (
    <div
      role={props.kind === "bad" ? "alert" : "status"}
      className={clsx("flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border px-4 py-3", kinds[props.kind])}
    >
      {props.icon && (
        <span data-icon="" className="[&_svg]:size-5">
          {props.icon}
        </span>
      )}
      <div className="min-w-0 flex-1 basis-52">
        <p className="text-sm font-semibold">{props.title}</p>
        {props.detail && (
          <p className="mt-0.5 text-sm text-ink/85 first-letter:uppercase [overflow-wrap:anywhere]">{props.detail}</p>
        )}
        {props.facts && (
          <p className="mt-1 text-[13px] text-ink/75 first-letter:uppercase [overflow-wrap:anywhere]">{props.facts}</p>
        )}
      </div>
      {props.action}
    </div>
  );
}
