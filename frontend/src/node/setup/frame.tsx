import { TriangleAlert } from "lucide-react";
import { type ComponentProps, createContext, type ReactNode, useContext, useEffect, useId, useRef } from "react";
import { useText } from "../../lib/i18n";
import { Mark } from "../../ui/mark";
import { Notice } from "../../ui/notice";

/** What stands in the corner of every screen of the first run. */
export const Corner = createContext<ReactNode>(null);

/**
 * One screen of the first run: where one is, one heading, what there is to do, and
 * the ways on at its foot. The keyboard begins at the heading.
 */
export function Frame(props: {
  step?: number;
  of?: number;
  title: string;
  text?: string;
  children?: ReactNode;
  foot?: ReactNode;
  stale?: boolean;
}) {
  const t = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  const corner = useContext(Corner);
  const { title } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another title is another screen
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <div className="flex h-dvh flex-col overflow-hidden">
      <header className="drag flex h-14 shrink-0 items-center gap-3 px-5 sm:px-8 mac-window:ps-24">
        <Mark size={26} className="shrink-0" />
        <span className="text-[15px] font-semibold">{t("node.title")}</span>
        <span className="flex-1" />
        {corner}
        {props.step && props.of && (
          <>
            <span className="text-[13px] text-soft max-sm:sr-only">
              {t("setup.step", { n: props.step, of: props.of })}
            </span>
            <span className="flex gap-1.5" aria-hidden="true">
              {Array.from({ length: props.of }, (_, i) => i + 1).map((n) => (
                <span
                  key={n}
                  className={`h-1.5 w-3 rounded-full sm:w-6 ${n <= (props.step ?? 0) ? "bg-accent" : "bg-line"}`}
                />
              ))}
            </span>
          </>
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it */}
      <main className="min-h-0 flex-1 overflow-y-auto px-5 sm:px-8" tabIndex={0} aria-label={title}>
        <div
          key={title}
          className="mx-auto flex min-h-full w-full max-w-2xl animate-appear flex-col justify-center py-5"
        >
          <h1
            ref={heading}
            tabIndex={-1}
            className="text-2xl font-semibold tracking-tight text-balance outline-none sm:text-3xl"
          >
            {title}
          </h1>
          {props.text && <p className="mt-2.5 text-[15px] leading-relaxed text-soft text-pretty">{props.text}</p>}
          {props.stale && (
            <p className="mt-3 text-sm font-medium text-wait" role="status">
              {t("setup.lost")}
            </p>
          )}
          <div className="mt-6">{props.children}</div>
        </div>
      </main>
      <footer className="flex min-h-17 shrink-0 items-center justify-end gap-3 border-t border-line bg-side px-5 py-3 sm:px-8">
        {props.foot}
      </footer>
    </div>
  );
}

/** What the agent would not do, in its own words. */
export function Problem({ text }: { text: string }) {
  if (!text) return null;
  return (
    <div className="mt-4">
      <Notice kind="bad" icon={<TriangleAlert />} title={text} />
    </div>
  );
}

/** A field with its name above it and its help below. Nothing remembers or corrects what is typed. */
export function Field(props: { label: string; help?: string } & ComponentProps<"input">) {
  const { label, help, ...rest } = props;
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-describedby={help ? `${id}-help` : undefined}
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        className={fieldLook}
        {...rest}
      />
      {help && (
        <p id={`${id}-help`} className="mt-1.5 text-[13px] text-soft">
          {help}
        </p>
      )}
    </div>
  );
}

export const fieldLook =
  "mt-1.5 block h-11 w-full rounded-lg border border-edge bg-card px-3.5 text-[15px] placeholder:text-soft disabled:opacity-60";

/** One of a few things to choose, as large as it matters. */
export function Choice(props: {
  name: string;
  value: string;
  checked: boolean;
  disabled?: boolean;
  onChoose: () => void;
  title: ReactNode;
  text?: ReactNode;
  aside?: ReactNode;
}) {
  return (
    <label
      className={`flex min-h-14 items-center gap-3.5 rounded-xl border px-4 py-2.5 transition-colors has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-accent ${
        props.checked ? "border-accent bg-tint" : "border-line bg-card"
      } ${props.disabled ? "text-soft" : "cursor-pointer hover:border-edge"}`}
    >
      <input
        type="radio"
        name={props.name}
        value={props.value}
        checked={props.checked}
        disabled={props.disabled}
        onChange={props.onChoose}
        className="size-4.5 shrink-0 outline-none"
      />
      <span className="min-w-0 flex-1">
        <span className="block text-[15px] font-medium [overflow-wrap:anywhere]">{props.title}</span>
        {props.text && <span className="mt-0.5 block text-[13px] leading-snug text-soft">{props.text}</span>}
      </span>
      {props.aside}
    </label>
  );
}
