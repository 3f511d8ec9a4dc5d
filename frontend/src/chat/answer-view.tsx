import clsx from "clsx";
import { HardDrive, ImageOff, RefreshCw, TriangleAlert } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { type Answer, attemptsOf, costOf } from "../lib/answer";
import type { AnswerMessage } from "../lib/conversations";
import { duration } from "../lib/format";
import { locale, useText } from "../lib/i18n";
import { shortCNXDown } from "../lib/wei";
import { Button, IconButton } from "../ui/button";
import { CopyButton } from "../ui/copy";
import { Notice } from "../ui/notice";
import { Badge, Spoken } from "./badge";
import type { PictureFiles } from "./desk";
import { PictureGrid } from "./pictures";
import { InLine } from "./price";
import { problemText, waitOf } from "./problem";

// Markdown is a quarter of the page's weight; it loads while the first answer is
// made. A page that stayed open while its bridge was updated can't load it any
// more, and shows the plain text.
const Markdown = lazy(() => import("./markdown").catch(() => ({ default: Plain })));

// It is loaded before anybody can have read an answer, and out of the way of the first screen.
const ReceiptDialog = lazy(() => import("./receipt"));

function Plain({ text }: { text: string }) {
  return <p className="whitespace-pre-wrap">{text}</p>;
}

interface Props {
  message: AnswerMessage;
  question: string;
  /** Of an answer that is pictures, once they are looked at. */
  files?: PictureFiles;
  onShow: () => void;
  streaming: boolean;
  /** It is the newest message of the conversation. */
  last: boolean;
  onRetry?: () => void;
  onWhole: () => void;
}

/** One answer: its text or its pictures, how far it is proven, and what can be done with it. */
export function AnswerView({ message, question, files, onShow, streaming, last, onRetry, onWhole }: Props) {
  const t = useText();
  const { answer } = message;
  // Which attempt's receipt is looked at, or was; none of them before the first look.
  const [receipt, setReceipt] = useState<{ open: boolean; attempt: number } | null>(null);
  const openReceipt = (attempt: number) => setReceipt({ open: true, attempt });
  const { pictures } = answer;
  const waits = answer.trust === "provisional" && answer.position !== undefined;
  // Of pictures that failed there is nothing to see, and nothing to trust.
  const shown = pictures && !waits && answer.trust !== "failed" && answer.trust !== "disputed";
  const retry = onRetry && !streaming && (
    <Button onClick={onRetry}>
      <RefreshCw className="size-4" />
      {t("retry")}
    </Button>
  );

  return (
    <article aria-label={t("message.answer")} aria-busy={streaming} className="group">
      {shown && (
        <PictureGrid
          answer={answer}
          pictures={pictures}
          prompt={question}
          files={files}
          streaming={streaming}
          onShow={onShow}
        />
      )}
      <div
        data-testid="answer-text"
        // A text that proves nothing doesn't look like one that does.
        className={clsx("prose text-[15px]", answer.trust === "disputed" && "text-soft")}
      >
        {answer.text !== "" && (
          <Suspense fallback={<Plain text={answer.text} />}>
            <Markdown text={answer.text} growing={streaming && !answer.complete} />
          </Suspense>
        )}
      </div>
      {answer.text === "" &&
        answer.trust === "provisional" &&
        (answer.position ? <InLine position={answer.position} wait={answer.wait} /> : !pictures && <Thinking />)}
      {answer.before?.map((failed, i) => (
        <SentAgain key={failed.taskId ?? i} failed={failed} number={i + 1} onOpen={() => openReceipt(i)} />
      ))}
      {answer.replaced && <Replaced answer={answer} />}
      {answer.finish === "length" && <p className="mt-2 text-[13px] text-soft">{t("message.cut")}</p>}
      <Trouble message={message} streaming={streaming} retry={retry || null} />
      {shown && <Unkept files={files} seed={pictures.seed} />}

      <div className="mt-3 flex flex-wrap items-center gap-x-1 gap-y-1.5">
        <Badge answer={answer} onOpen={() => openReceipt(attemptsOf(answer).length - 1)} />
        {answer.trust === "stopped" && answer.receiptId && !answer.takenBack && !streaming && (
          <Button kind="quiet" onClick={onWhole}>
            {t(pictures ? "picture.get" : "message.whole")}
          </Button>
        )}
        <Figures answer={answer} />
        <span className="ms-auto flex gap-1">
          {onRetry && !streaming && (
            <IconButton
              label={t(pictures ? "picture.again" : "message.regenerate")}
              onClick={onRetry}
              className={
                last ? "" : "opacity-0 focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
              }
            >
              <RefreshCw />
            </IconButton>
          )}
          {answer.text !== "" && <CopyButton text={answer.text} what={t("message.answerCopy")} />}
        </span>
      </div>
      {last && <Spoken trust={answer.trust} attempts={attemptsOf(answer).length} />}
      {receipt && (
        <Suspense>
          <ReceiptDialog
            open={receipt.open}
            onOpenChange={(open) => setReceipt({ ...receipt, open })}
            attempts={attemptsOf(answer)}
            shown={receipt.attempt}
            onShow={openReceipt}
            prompt={question}
            files={files?.whole}
            model={message.model}
          />
        </Suspense>
      )}
    </article>
  );
}

/** That the text is another one than was shown while it was made, why, and what that was. */
function Replaced({ answer }: { answer: Answer }) {
  const t = useText();
  return (
    <div className="mt-3 border-s-2 border-wait ps-3 text-sm text-soft">
      <p>{t(answer.before ? "message.replacedByRetry" : "message.replaced")}</p>
      {answer.wrong && (
        <details className="mt-1">
          <summary className="w-fit rounded-md font-medium hover:text-ink pointer-coarse:py-3">
            {t("message.replacedText")}
          </summary>
          <p className="mt-1 whitespace-pre-wrap [overflow-wrap:anywhere]" dir="auto">
            {answer.wrong}
          </p>
        </details>
      )}
    </div>
  );
}

/** That an attempt came to nothing, why, and the way to its receipt. */
function SentAgain({ failed, number, onOpen }: { failed: Answer; number: number; onOpen: () => void }) {
  const t = useText();
  const why = problemText(t, failed.reason ?? { code: "lost", title: "", detail: "" }).title;
  return (
    <p data-testid="sent-again" className="mt-3 flex items-start gap-2 text-sm text-soft">
      <RefreshCw className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      <span>
        {t("message.sentAgain", { why, next: number + 1 })}{" "}
        <button
          type="button"
          onClick={onOpen}
          className="touch rounded-md font-medium text-accent underline underline-offset-2"
        >
          {t("message.attemptReceipt", { number })}
        </button>
      </span>
    </p>
  );
}

function Thinking() {
  const t = useText();
  return (
    <p className="flex items-center gap-2.5 text-[15px] text-soft">
      <span className="inline-flex gap-1" aria-hidden="true">
        {[0, 200, 400].map((delay) => (
          <span
            key={delay}
            className="size-1.5 animate-breathe rounded-full bg-edge"
            style={{ animationDelay: `${delay}ms` }}
          />
        ))}
      </span>
      {t("message.thinking")}
    </p>
  );
}

/** What went wrong with this answer, with one action. */
function Trouble({ message, streaming, retry }: { message: AnswerMessage; streaming: boolean; retry: ReactNode }) {
  const t = useText();
  const { answer } = message;
  const left = useSecondsLeft(message.at + 1000 * waitOf(answer.reason));
  if (answer.trust === "disputed" || answer.trust === "failed") {
    const words = problemText(t, answer.reason ?? { code: "disputed", title: "", detail: "" }, left);
    return (
      <div className="mt-3">
        <Notice kind="bad" icon={<TriangleAlert />} title={words.title} detail={words.detail} action={retry} />
      </div>
    );
  }
  // Nothing streams, the text isn't whole, and yet the task goes on without us.
  if (answer.trust === "provisional" && !streaming && !answer.complete) {
    return (
      <div className="mt-3">
        <Notice
          kind="wait"
          icon={<TriangleAlert />}
          title={t("problem.goesOn.title")}
          detail={t("problem.goesOn.detail")}
        />
      </div>
    );
  }
  return null;
}

/** How many seconds there are until a moment, counted down on the screen. */
function useSecondsLeft(until: number): number {
  const [now, setNow] = useState(Date.now);
  const left = Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => setNow(Date.now()), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}

/** What is the matter with the files of pictures that are verified. */
function Unkept({ files, seed }: { files?: PictureFiles; seed: number }) {
  const t = useText();
  if (!files?.missing && !files?.unkept) return null;
  const why = files.missing ? "missing" : "unkept";
  return (
    <div className="mt-3">
      <Notice
        kind={files.missing ? "plain" : "wait"}
        icon={files.missing ? <ImageOff /> : <HardDrive />}
        title={t(`picture.${why}.title`)}
        detail={t(`picture.${why}.detail`, { seed: String(seed) })}
      />
    </div>
  );
}

/** How long it took and what it cost. */
function Figures({ answer }: { answer: Answer }) {
  const t = useText();
  const verified = answer.steps.find((s) => s.stage === "verified");
  const cost = costOf(answer);
  const parts = [
    answer.pictures && t("picture.count", { count: answer.pictures.count }),
    answer.tokens && t("message.tokens", { count: answer.tokens }),
    verified && duration(verified.at, locale),
    cost && t("cnx", { amount: shortCNXDown(cost, locale) }),
  ].filter(Boolean);
  if (parts.length === 0) return null;
  return <p className="numbers px-1.5 text-[13px] text-soft">{parts.join(" · ")}</p>;
}
