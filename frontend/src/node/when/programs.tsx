import { Plus, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Agent } from "../../lib/agent";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { FieldProblem } from "./controls";

/** Programs as people write them: whatever the case, and with Windows' .exe or without. */
export function bare(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/\.exe$/, "");
}

/** What of the running programs a person may mean: those that begin with it first, and none that is chosen. */
export function suggest(running: string[], typed: string, chosen: string[], most = 6): string[] {
  const taken = new Set(chosen.map(bare));
  const wanted = typed.trim().toLowerCase();
  const left = running.filter((p) => !taken.has(bare(p)) && p.toLowerCase().includes(wanted));
  const begins = (p: string) => (p.toLowerCase().startsWith(wanted) ? 0 : 1);
  return left.sort((a, b) => begins(a) - begins(b)).slice(0, most);
}

/** A list of programs: each can be taken out, and one that runs now or any other can be added. */
export function Programs(props: {
  agent: Agent;
  label: string;
  list: string[];
  disabled?: boolean;
  problem?: string;
  onSave: (list: string[]) => void;
}) {
  const { agent, list } = props;
  const t = useText();
  const id = useId();
  const [text, setText] = useState("");
  const [running, setRunning] = useState<string[] | null>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const found = open && running ? suggest(running, text, list) : [];
  // What is refused comes back into the field, to be written better.
  const { problem } = props;
  const sent = useRef("");
  useEffect(() => {
    if (problem) setText(sent.current);
  }, [problem]);

  const look = () => {
    setOpen(true);
    setAt(-1);
    agent.ask<string[]>("runningPrograms").then(setRunning, () => setRunning([]));
  };
  const add = (name: string) => {
    setOpen(false);
    setAt(-1);
    setText("");
    if (name.trim() === "" || list.some((p) => bare(p) === bare(name))) return;
    sent.current = name;
    props.onSave([...list, name.trim()]);
  };
  const remove = (name: string) => {
    props.onSave(list.filter((p) => p !== name));
    input.current?.focus();
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (!open) return look();
      const step = e.key === "ArrowDown" ? 1 : -1;
      setAt((i) => Math.max(-1, Math.min(found.length - 1, i + step)));
    } else if (e.key === "Enter") {
      e.preventDefault();
      add(found[at] ?? text);
    } else if (e.key === "Escape" && open) {
      e.stopPropagation();
      setOpen(false);
    }
  };

  return (
    <div>
      {list.length > 0 && (
        <ul className="mb-2 flex flex-wrap gap-1.5" aria-label={props.label}>
          {list.map((name) => (
            <li
              key={name}
              className="flex h-8 max-w-full items-center gap-0.5 rounded-full border border-line bg-sunken ps-3 pe-1 text-[13px] pointer-coarse:h-11"
            >
              <span className="truncate">{name}</span>
              <button
                type="button"
                aria-label={t("when.programs.remove", { name })}
                title={t("when.programs.remove", { name })}
                disabled={props.disabled}
                onClick={() => remove(name)}
                className="touch inline-flex size-6 shrink-0 items-center justify-center rounded-full text-soft hover:bg-line hover:text-ink"
              >
                <X className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="relative flex max-w-md gap-2">
        <input
          ref={input}
          id={id}
          role="combobox"
          aria-label={props.label}
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
          aria-invalid={props.problem ? true : undefined}
          aria-describedby={props.problem ? `${id}-problem` : undefined}
          placeholder={t("when.programs.placeholder")}
          value={text}
          disabled={props.disabled}
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          onFocus={look}
          onBlur={() => setOpen(false)}
          onChange={(e) => {
            setText(e.target.value);
            setOpen(true);
            setAt(-1);
          }}
          onKeyDown={onKey}
          className="touch h-9 min-w-0 flex-1 rounded-lg border border-edge bg-card px-3 text-sm placeholder:text-soft aria-invalid:border-bad disabled:opacity-60"
        />
        <Button disabled={props.disabled || text.trim() === ""} onClick={() => add(text)}>
          <Plus className="size-4" />
          {t("when.programs.add")}
        </Button>
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label={t("when.programs.running")}
          hidden={found.length === 0}
          className="absolute inset-x-0 top-full z-20 mt-1 overflow-hidden rounded-xl border border-line bg-card p-1 shadow-float"
        >
          <p className="px-2.5 pt-1 pb-1.5 text-xs text-soft" aria-hidden="true">
            {t("when.programs.running")}
          </p>
          {found.map((name, i) => (
            <button
              key={name}
              type="button"
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === at}
              // The field keeps the focus, or the list would be gone before the click.
              onMouseDown={(e) => e.preventDefault()}
              onClick={() => add(name)}
              className={`touch flex h-8 w-full items-center truncate rounded-lg px-2.5 text-start text-sm ${
                i === at ? "bg-tint" : "hover:bg-sunken"
              }`}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      <FieldProblem id={`${id}-problem`} text={props.problem} />
    </div>
  );
}
