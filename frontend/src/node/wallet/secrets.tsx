import { LoaderCircle } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { toast } from "sonner";
import { save } from "../../lib/format";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Card } from "../card";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Field, Problem } from "../setup/frame";
import { enough, strengthOf } from "./strength";

/** The two ways to bring the wallet back. What they show is gone when they are closed. */
export function Secrets(props: ScreenProps) {
  const { stale } = props;
  const t = useText();
  const [open, setOpen] = useState<"words" | "file" | null>(null);
  const close = () => setOpen(null);
  return (
    <Card title={t("secret.title")}>
      <p className="mt-1.5 text-sm leading-relaxed text-soft text-pretty">{t("secret.text")}</p>
      <ul className="mt-2 divide-y divide-line">
        <li className="flex items-center gap-4 py-3">
          <div className="min-w-0 flex-1">
            <p className="text-sm font-medium">{t("secret.words")}</p>
            <p className="text-[13px] text-soft">{t("secret.wordsText")}</p>
          </div>
          <Button data-testid="show-words" className="min-w-24" disabled={stale} onClick={() => setOpen("words")}>
            {t("secret.show")}
          </Button>
        </li>
        <li className="flex items-center gap-4 py-3">
          <div className="min-w-0 flex-1">
            <p className="text-sm font-medium">{t("secret.file")}</p>
            <p className="text-[13px] text-soft">{t("secret.fileText")}</p>
          </div>
          <Button data-testid="save-file" className="min-w-24" disabled={stale} onClick={() => setOpen("file")}>
            {t("secret.save")}
          </Button>
        </li>
      </ul>
      <Dialog
        open={open === "words"}
        onOpenChange={(is) => !is && close()}
        title={t("secret.showTitle")}
        testId="words-dialog"
      >
        <Words {...props} close={close} />
      </Dialog>
      <Dialog
        open={open === "file"}
        onOpenChange={(is) => !is && close()}
        title={t("secret.saveTitle")}
        testId="file-dialog"
      >
        <File {...props} close={close} />
      </Dialog>
    </Card>
  );
}

/** How long the words stay on the screen, in seconds. */
const shownFor = 60;

function Words({ agent, state, stale, close }: ScreenProps & { close: () => void }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [passphrase, setPassphrase] = useState("");
  const [typed, setTyped] = useState("");
  const [words, setWords] = useState<string[] | null>(null);
  const [left, setLeft] = useState(shownFor);
  const asks = state.wallet.passphrase_in === "owner";
  const word = t("secret.word");
  const meant = asks ? passphrase !== "" : typed.trim().toLocaleLowerCase() === word.toLocaleLowerCase();
  useEffect(() => {
    if (!words) return;
    const tick = setInterval(() => setLeft((n) => n - 1), 1000);
    return () => clearInterval(tick);
  }, [words]);
  useEffect(() => {
    if (left <= 0) close();
  }, [left, close]);
  const show = (e: FormEvent) => {
    e.preventDefault();
    if (!meant || stale) return;
    void act(async () => {
      const got = await agent.ask<string[]>("showPhrase", passphrase);
      setPassphrase("");
      setWords(got);
    });
  };
  if (words) {
    return (
      <div className="grid gap-4">
        <ol
          aria-label={t("secret.list")}
          data-testid="words"
          className="grid grid-cols-2 gap-2 select-none"
          onCopy={(e) => e.preventDefault()}
          onContextMenu={(e) => e.preventDefault()}
        >
          {words.map((one, i) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: a phrase may have a word twice, and its order is what it is
              key={i}
              className="flex items-baseline gap-3 rounded-lg border border-line px-3 py-2"
            >
              <span className="numbers w-5 text-end text-[13px] text-soft">{i + 1}</span>
              <span className="font-mono text-[15px] font-medium" translate="no">
                {one}
              </span>
            </li>
          ))}
        </ol>
        <p className="text-[13px] text-soft">{t("secret.hides", { seconds: left })}</p>
        <Button className="h-10 justify-self-end" onClick={close}>
          {t("secret.hide")}
        </Button>
      </div>
    );
  }
  return (
    <form onSubmit={show} className="grid gap-4">
      <p className="text-sm leading-relaxed text-soft text-pretty">{t("secret.showText")}</p>
      {asks ? (
        <Field
          type="password"
          label={t("confirm.passphrase")}
          autoComplete="current-password"
          value={passphrase}
          onChange={(e) => setPassphrase(e.target.value)}
        />
      ) : (
        <Field label={t("confirm.type", { word })} value={typed} onChange={(e) => setTyped(e.target.value)} />
      )}
      <Problem text={problem} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button className="h-10" onClick={close}>
          {t("cancel")}
        </Button>
        <Button type="submit" kind="primary" className="h-10" disabled={busy || stale || !meant}>
          {busy && <LoaderCircle className="size-4 animate-turn" />}
          {t(busy ? "secret.showing" : "secret.showAction")}
        </Button>
      </div>
    </form>
  );
}

function File({ agent, state, stale, close }: ScreenProps & { close: () => void }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const own = state.wallet.passphrase_in === "owner";
  const differs = again !== "" && again !== passphrase;
  const ready = own ? passphrase !== "" : enough(passphrase) && again === passphrase;
  const write = (e: FormEvent) => {
    e.preventDefault();
    if (!ready || stale) return;
    void act(async () => {
      const file = await agent.ask<string>("exportWallet", passphrase);
      save(`helium-${state.wallet.address}.json`, new Blob([file], { type: "application/json" }));
      toast.success(t("secret.saved"));
      close();
    });
  };
  return (
    <form onSubmit={write} className="grid gap-4">
      <p className="text-sm leading-relaxed text-soft text-pretty">
        {t(own ? "secret.saveTextOwner" : "secret.saveText")}
      </p>
      <Field
        type="password"
        label={t(own ? "confirm.passphrase" : "secret.newPassphrase")}
        help={own ? undefined : t("secret.strengthHelp")}
        autoComplete={own ? "current-password" : "new-password"}
        value={passphrase}
        onChange={(e) => setPassphrase(e.target.value)}
      />
      {!own && (
        <>
          <Meter text={passphrase} />
          <Field
            type="password"
            label={t("secret.repeat")}
            autoComplete="new-password"
            value={again}
            onChange={(e) => setAgain(e.target.value)}
          />
          {differs && (
            <p className="text-sm font-medium text-wait" role="status">
              {t("secret.differs")}
            </p>
          )}
        </>
      )}
      <Problem text={problem} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button className="h-10" onClick={close}>
          {t("cancel")}
        </Button>
        <Button type="submit" kind="primary" className="h-10" disabled={busy || stale || !ready}>
          {busy && <LoaderCircle className="size-4 animate-turn" />}
          {t(busy ? "secret.saving" : "secret.saveAction")}
        </Button>
      </div>
    </form>
  );
}

const levels = ["weak", "fair", "good", "strong"] as const;

function Meter({ text }: { text: string }) {
  const t = useText();
  if (!text) return null;
  const level = strengthOf(text);
  const at = levels.indexOf(level);
  return (
    <p className="flex items-center gap-3 text-[13px]" role="status" data-testid="strength" data-level={level}>
      <span className="flex gap-1" aria-hidden="true">
        {levels.map((l, i) => (
          <span
            key={l}
            className={`h-1.5 w-7 rounded-full ${i > at ? "bg-line" : at === 0 ? "bg-bad" : at === 1 ? "bg-wait" : "bg-good"}`}
          />
        ))}
      </span>
      <span className="sr-only">{t("secret.strength")}</span>
      {t(`secret.strength.${level}`)}
    </p>
  );
}
