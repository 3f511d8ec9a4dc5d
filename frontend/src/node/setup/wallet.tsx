import { LoaderCircle } from "lucide-react";
import { Tabs } from "radix-ui";
import { type FormEvent, useEffect, useState } from "react";
import type { CreateWallet, DraftPhrase, ImportWallet } from "../../lib/api.gen";
import { type MessageId, useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { useAct } from "./act";
import type { StepProps } from "./first-run";
import { Choice, Field, Frame, fieldLook, Problem } from "./frame";

type Screen = { at: "ways" } | { at: "words" } | { at: "check"; ask: number[] } | { at: "import" };

/** A wallet is made, with twelve words on paper, or brought. */
export function Wallet(props: StepProps) {
  const [screen, show] = useState<Screen>({ at: "ways" });
  switch (screen.at) {
    case "ways":
      return <Ways {...props} show={show} />;
    case "words":
      return <Words {...props} show={show} />;
    case "check":
      return <Check {...props} show={show} ask={screen.ask} />;
    case "import":
      return <Import {...props} show={show} />;
  }
}

type Props = StepProps & { show: (screen: Screen) => void };

function Back({ onClick, disabled }: { onClick: () => void; disabled?: boolean }) {
  const t = useText();
  return (
    <Button kind="quiet" className="me-auto h-11" disabled={disabled} onClick={onClick}>
      {t("setup.back")}
    </Button>
  );
}

function Ways({ agent, stale, step, of, show }: Props) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [way, choose] = useState<"words" | "import">("words");
  return (
    <Frame
      step={step}
      of={of}
      stale={stale}
      title={t("setup.wallet.title")}
      text={t("setup.wallet.text")}
      foot={
        <>
          <Back disabled={busy || stale} onClick={() => act(() => agent.ask("setupBack").then(() => {}))} />
          <Button kind="primary" className="h-11 px-6" disabled={stale} onClick={() => show({ at: way })}>
            {t("setup.next")}
          </Button>
        </>
      }
    >
      <fieldset className="grid gap-3">
        <legend className="sr-only">{t("setup.wallet.title")}</legend>
        <Choice
          name="way"
          value="new"
          checked={way === "words"}
          onChoose={() => choose("words")}
          title={t("setup.wallet.new")}
          text={t("setup.wallet.newText")}
        />
        <Choice
          name="way"
          value="import"
          checked={way === "import"}
          onChoose={() => choose("import")}
          title={t("setup.wallet.import")}
          text={t("setup.wallet.importText")}
        />
      </fieldset>
      <Problem text={problem} />
    </Frame>
  );
}

/** The words are on this one screen, and nothing holds them when it is left. */
function Words({ agent, stale, step, of, show }: Props) {
  const t = useText();
  const [draft, setDraft] = useState<DraftPhrase | null>(null);
  const { problem, act } = useAct();
  useEffect(() => {
    let here = true;
    void act(async () => {
      const made = await agent.ask<DraftPhrase>("draftPhrase");
      if (here) setDraft(made);
    });
    return () => {
      here = false;
    };
  }, [agent, act]);
  return (
    <Frame
      step={step}
      of={of}
      stale={stale}
      title={t("setup.words.title")}
      text={t("setup.words.text")}
      foot={
        <>
          <Back onClick={() => show({ at: "ways" })} />
          <Button
            kind="primary"
            className="h-11 px-6"
            disabled={!draft || stale}
            onClick={() => draft && show({ at: "check", ask: [...draft.ask] })}
          >
            {t("setup.words.next")}
          </Button>
        </>
      }
    >
      {draft ? (
        <ol
          aria-label={t("setup.words.list")}
          data-testid="words"
          className="grid grid-cols-2 gap-2 select-none sm:grid-cols-3"
          onCopy={(e) => e.preventDefault()}
          onContextMenu={(e) => e.preventDefault()}
        >
          {draft.words.map((word, i) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: a phrase may have a word twice, and its order is what it is
              key={i}
              className="flex items-baseline gap-3 rounded-lg border border-line bg-card px-3.5 py-2.5"
            >
              <span className="numbers w-5 text-end text-[13px] text-soft">{i + 1}</span>
              <span className="font-mono text-base font-medium" translate="no">
                {word}
              </span>
            </li>
          ))}
        </ol>
      ) : (
        !problem && (
          <p className="flex items-center gap-2.5 py-8 text-soft" role="status">
            <LoaderCircle className="size-4 animate-turn" />
            {t("setup.words.loading")}
          </p>
        )
      )}
      <Problem text={problem} />
    </Frame>
  );
}

function Check({ agent, stale, step, of, show, ask }: Props & { ask: number[] }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [words, setWords] = useState(["", ""]);
  const [passphrase, setPassphrase] = useState<string | null>(null);
  const create = (e: FormEvent) => {
    e.preventDefault();
    const wallet: CreateWallet = { words, passphrase: passphrase ?? "" };
    void act(() => agent.ask("createWallet", wallet).then(() => {}));
  };
  return (
    <Frame
      step={step}
      of={of}
      stale={stale}
      title={t("setup.check.title")}
      text={t("setup.check.text")}
      foot={
        <>
          <Back disabled={busy} onClick={() => show({ at: "words" })} />
          <Submit
            form="check"
            busy={busy}
            disabled={stale || words.some((w) => !w.trim())}
            doing={t("setup.check.creating")}
          >
            {t("setup.check.create")}
          </Submit>
        </>
      }
    >
      <form id="check" onSubmit={create}>
        <div className="grid gap-4 sm:grid-cols-2">
          {ask.map((n, i) => (
            <Field
              key={n}
              label={t("setup.check.word", { n })}
              value={words[i] ?? ""}
              onChange={(e) => setWords(words.map((w, j) => (j === i ? e.target.value : w)))}
            />
          ))}
        </div>
        <OwnPassphrase value={passphrase} onChange={setPassphrase} />
        <Problem text={problem} />
      </form>
    </Frame>
  );
}

function Submit(props: { form: string; busy: boolean; disabled: boolean; doing: string; children: string }) {
  return (
    <Button
      type="submit"
      form={props.form}
      kind="primary"
      className="h-11 px-6"
      disabled={props.busy || props.disabled}
    >
      {props.busy && <LoaderCircle className="size-4 animate-turn" />}
      {props.busy ? props.doing : props.children}
    </Button>
  );
}

/** Off, the computer's login opens the wallet; on, only its owner does. */
function OwnPassphrase({ value, onChange }: { value: string | null; onChange: (value: string | null) => void }) {
  const t = useText();
  return (
    <div className="mt-5 border-t border-line pt-4">
      <label className="flex cursor-pointer items-start gap-3">
        <input
          type="checkbox"
          className="mt-1 size-4.5 shrink-0"
          checked={value !== null}
          onChange={(e) => onChange(e.target.checked ? "" : null)}
        />
        <span>
          <span className="block text-[15px] font-medium">{t("setup.lock.own")}</span>
          <span className="mt-0.5 block text-[13px] leading-snug text-soft">{t("setup.lock.ownText")}</span>
        </span>
      </label>
      {value !== null && (
        <div className="mt-3 max-w-sm">
          <Field
            type="password"
            label={t("setup.lock.passphrase")}
            autoComplete="new-password"
            value={value}
            onChange={(e) => onChange(e.target.value)}
          />
        </div>
      )}
    </div>
  );
}

const kinds = ["phrase", "key", "keystore"] as const;
type Kind = (typeof kinds)[number];

function Import({ agent, stale, step, of, show }: Props) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [kind, setKind] = useState<Kind>("phrase");
  const [text, setText] = useState("");
  const [filePassphrase, setFilePassphrase] = useState("");
  const [passphrase, setPassphrase] = useState<string | null>(null);
  const bring = (e: FormEvent) => {
    e.preventDefault();
    const wallet: ImportWallet = { kind, text, file_passphrase: filePassphrase, passphrase: passphrase ?? "" };
    void act(() => agent.ask("importWallet", wallet).then(() => {}));
  };
  return (
    <Frame
      step={step}
      of={of}
      stale={stale}
      title={t("setup.import.title")}
      text={t("setup.import.text")}
      foot={
        <>
          <Back disabled={busy} onClick={() => show({ at: "ways" })} />
          <Submit form="import" busy={busy} disabled={stale || !text.trim()} doing={t("setup.import.working")}>
            {t("setup.import.action")}
          </Submit>
        </>
      }
    >
      <form id="import" onSubmit={bring}>
        <Tabs.Root
          value={kind}
          onValueChange={(to) => {
            setKind(to as Kind);
            setText("");
          }}
        >
          <Tabs.List className="mb-4 inline-flex gap-1 rounded-lg bg-sunken p-1" aria-label={t("setup.import.title")}>
            {kinds.map((k) => (
              <Tabs.Trigger
                key={k}
                value={k}
                className="h-9 rounded-md px-4 text-sm font-medium text-soft data-[state=active]:bg-card data-[state=active]:text-ink data-[state=active]:shadow-float"
              >
                {t(`setup.import.${k}`)}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <Tabs.Content value="phrase" tabIndex={-1}>
            <Long
              id="phrase"
              label="setup.import.phraseLabel"
              help="setup.import.phraseHelp"
              rows={3}
              value={text}
              onChange={setText}
            />
          </Tabs.Content>
          <Tabs.Content value="key" tabIndex={-1}>
            <Field
              type="password"
              label={t("setup.import.keyLabel")}
              help={t("setup.import.keyHelp")}
              value={text}
              onChange={(e) => setText(e.target.value)}
            />
          </Tabs.Content>
          <Tabs.Content value="keystore" tabIndex={-1} className="grid gap-4 sm:grid-cols-2">
            <FileField
              label="setup.import.keystoreLabel"
              help="setup.import.keystoreHelp"
              accept=".json,application/json"
              onText={setText}
            />
            <Field
              type="password"
              label={t("setup.import.filePassphrase")}
              value={filePassphrase}
              onChange={(e) => setFilePassphrase(e.target.value)}
            />
          </Tabs.Content>
        </Tabs.Root>
        <OwnPassphrase value={passphrase} onChange={setPassphrase} />
        <Problem text={problem} />
      </form>
    </Frame>
  );
}

function Long(props: {
  id: string;
  label: MessageId;
  help: MessageId;
  rows: number;
  value: string;
  onChange: (v: string) => void;
}) {
  const t = useText();
  return (
    <div>
      <label htmlFor={props.id} className="text-sm font-medium">
        {t(props.label)}
      </label>
      <textarea
        id={props.id}
        rows={props.rows}
        aria-describedby={`${props.id}-help`}
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        translate="no"
        className={`${fieldLook} h-auto py-2.5 font-mono leading-relaxed`}
        value={props.value}
        onChange={(e) => props.onChange(e.target.value)}
      />
      <p id={`${props.id}-help`} className="mt-1.5 text-[13px] text-soft">
        {t(props.help)}
      </p>
    </div>
  );
}

/** Files that are read here have a few kilobytes. */
const maxFile = 64 * 1024;

/** A small text file. */
export function FileField(props: {
  label: MessageId;
  help?: MessageId;
  accept: string;
  onText: (text: string) => void;
}) {
  const t = useText();
  return (
    <Field
      type="file"
      label={t(props.label)}
      help={props.help && t(props.help)}
      accept={props.accept}
      className={`${fieldLook} py-2 text-sm file:me-3 file:rounded-md file:border-0 file:bg-sunken file:px-3 file:py-1 file:text-ink`}
      onChange={async (e) => {
        const file = e.target.files?.[0];
        props.onText(file && file.size <= maxFile ? await file.text() : "");
      }}
    />
  );
}
