import { ClipboardCheck, ClipboardCopy, LoaderCircle } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { Agent } from "../../lib/agent";
import type { LogLine } from "../../lib/api.gen";
import { copyText } from "../../lib/format";
import { locale, useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Problem } from "../setup/frame";
import { type Level, levels, merge, passes } from "./lines";
import { Part, selectLook } from "./part";

/** The log as it is written, and what can be sent to somebody who helps. */
export function LogPart({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const filter = useId();
  const opening = useAct();
  const [lines, setLines] = useState<LogLine[]>([]);
  const [level, setLevel] = useState<Level>("info");
  const [diagnosing, setDiagnosing] = useState(false);
  const folder = state.settings.log_folder;
  useEffect(() => agent.hear<LogLine[]>("log", (more) => setLines((before) => merge(before, more))), [agent]);
  return (
    <Part title={t("settings.log")} text={t("settings.log.text")} testId="log">
      <div className="flex flex-wrap items-center gap-3">
        <label htmlFor={filter} className="text-sm font-medium">
          {t("settings.log.level")}
        </label>
        <select
          id={filter}
          value={level}
          onChange={(e) => setLevel(e.target.value as Level)}
          className={`${selectLook} me-auto`}
        >
          {levels.map((l) => (
            <option key={l} value={l}>
              {t(`settings.log.${l}`)}
            </option>
          ))}
        </select>
        {folder && (
          <Button
            disabled={stale || opening.busy}
            onClick={() => opening.act(() => agent.ask("openLogFolder").then(() => {}))}
          >
            {t("settings.log.open")}
          </Button>
        )}
        <Button kind="primary" disabled={stale} onClick={() => setDiagnosing(true)}>
          {t("settings.diagnostics")}
        </Button>
      </div>
      <Lines lines={lines.filter((l) => passes(l, level))} />
      {folder && (
        <p className="mt-2 flex items-center gap-1 text-xs text-soft">
          <span className="min-w-0 [overflow-wrap:anywhere]">{folder}</span>
          <CopyButton text={folder} what={t("settings.log.folder")} className="size-7 [&_svg]:size-3.5" />
        </p>
      )}
      <Problem text={opening.problem} />
      <Dialog
        open={diagnosing}
        onOpenChange={setDiagnosing}
        title={t("settings.diagnostics.title")}
        description={t("settings.diagnostics.text")}
        wide
        testId="diagnostics"
      >
        <Diagnostics agent={agent} />
      </Dialog>
    </Part>
  );
}

const tones: Record<string, string> = { warn: "text-wait", error: "text-bad", debug: "text-soft" };

function Lines({ lines }: { lines: LogLine[] }) {
  const t = useText();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const last = lines.at(-1)?.seq;
  // Who reads further up isn't pulled away.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what moves it
  useLayoutEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last]);
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  return (
    <div
      ref={box}
      role="log"
      aria-live="off"
      aria-label={t("settings.log")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
      tabIndex={0}
      lang="en"
      onScroll={({ currentTarget: e }) => {
        atEnd.current = e.scrollHeight - e.scrollTop - e.clientHeight < 24;
      }}
      className="mt-3 h-60 overflow-y-auto rounded-lg border border-line bg-sunken px-3 py-2 font-mono text-xs leading-relaxed"
    >
      {lines.length === 0 && <p className="font-sans text-soft">{t("settings.log.empty")}</p>}
      {lines.map((l) => (
        <p key={l.seq} className={`[overflow-wrap:anywhere] ${tones[l.level] ?? ""}`} data-level={l.level}>
          <span className="numbers text-soft">{time.format(new Date(l.at))}</span> {l.level.toUpperCase()} {l.text}
        </p>
      ))}
    </div>
  );
}

/** What would be copied is seen before it is. */
function Diagnostics({ agent }: { agent: Agent }) {
  const t = useText();
  const { problem, act } = useAct();
  const [text, setText] = useState("");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    void act(async () => setText(await agent.ask<string>("diagnostics")));
  }, [act, agent]);
  return (
    <div className="grid gap-3">
      {text === "" && !problem && <LoaderCircle className="size-5 animate-turn text-soft" aria-hidden="true" />}
      {text && (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
          tabIndex={0}
          lang="en"
          className="max-h-[50dvh] overflow-auto rounded-lg border border-line bg-sunken px-3 py-2 font-mono text-xs leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]"
        >
          {text}
        </pre>
      )}
      <Problem text={problem} />
      <Button
        kind="primary"
        className="justify-self-end"
        disabled={text === ""}
        onClick={async () => setCopied(await copyText(text))}
      >
        {copied ? <ClipboardCheck className="size-4" /> : <ClipboardCopy className="size-4" />}
        {t(copied ? "copied" : "settings.diagnostics.copy")}
      </Button>
    </div>
  );
}
