import { Switch as Radix } from "radix-ui";
import { useId } from "react";

/** Something that is on or off, with its name at its left and what it means below that. */
export function Switch(props: {
  label: string;
  text?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-5 py-2">
      <div className="min-w-0">
        <label htmlFor={id} className="text-sm font-medium">
          {props.label}
        </label>
        {props.text && (
          <p id={`${id}-text`} className="mt-0.5 text-[13px] leading-snug text-soft [overflow-wrap:anywhere]">
            {props.text}
          </p>
        )}
      </div>
      <Radix.Root
        id={id}
        checked={props.checked}
        disabled={props.disabled}
        onCheckedChange={props.onChange}
        aria-describedby={props.text ? `${id}-text` : undefined}
        className="touch relative mt-0.5 inline-flex h-6 w-11 shrink-0 items-center rounded-full border border-edge bg-sunken transition-colors data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:cursor-default disabled:opacity-50"
      >
        <Radix.Thumb className="block size-4 translate-x-1 rounded-full bg-edge transition-transform data-[state=checked]:translate-x-5.5 data-[state=checked]:bg-on-accent" />
      </Radix.Root>
    </div>
  );
}
