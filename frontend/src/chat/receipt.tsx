import { CircleCheck, CircleX, Download, Server } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { type Answer, agreeing, hasDone, type Step, wasDrawn } from "../lib/answer";
import type { Receipt, ReceiptNode } from "../lib/api.gen";
import { realHash } from "../lib/chat";
import { type BrowserCheck, checkPictures, checkReceipt, mostBits, type PicturesCheck } from "../lib/check";
import { download, duration, pixelsOf, save } from "../lib/format";
import { locale, type MessageId, useText } from "../lib/i18n";
import { fileName } from "../lib/pictures";
import { exactCNX, parseWei } from "../lib/wei";
import { Button } from "../ui/button";
import { CopyButton, Hex } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { Ring } from "../ui/ring";
import { filledArcs, ringOf } from "./badge";
import { problemText } from "./problem";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The tasks of the request, the first one first, and which of them is shown. */
  attempts: Answer[];
  shown: number;
  onShow: (attempt: number) => void;
  prompt: string;
  /** Its pictures, of an answer that is some. */
  files?: readonly Blob[];
  model: string;
}

const tones = {
  provisional: "text-wait",
  verified: "text-good",
  disputed: "text-bad",
  failed: "text-soft",
  stopped: "text-soft",
};

/** Who worked on an answer, step by step, and how anybody can check it. */
export default function ReceiptDialog(props: Props) {
  const { open, onOpenChange, attempts, shown, onShow, prompt, files, model } = props;
  const t = useText();
  const answer = attempts[shown] ?? attempts.at(-1);
  if (!answer) return null;
  const why = answer.trust !== "verified" && answer.reason && problemText(t, answer.reason);
  const undrawn =
    answer.takenBack || answer.receipt
      ? !answer.receipt || !wasDrawn(answer.receipt)
      : answer.trust === "failed" && answer.nodes.length === 0;
  const two = answer.trust === "verified" && agreeing(answer) === 2;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      wide
      testId="receipt"
      title={
        <span className="flex items-center gap-2.5">
          <span className={tones[answer.trust]}>
            <Ring state={ringOf(answer)} filled={filledArcs(answer)} size={22} />
          </span>
          {t(`receipt.title.${answer.trust}`)}
        </span>
      }
      description={
        why
          ? [why.title, why.detail].join(". ").replace("..", ".")
          : answer.takenBack
            ? t("receipt.text.takenBack")
            : t(`receipt.${answer.pictures ? "images" : "text"}.${two ? "verified2" : answer.trust}`, {
                bits: mostBits,
              })
      }
    >
      <div className="grid gap-6 pb-2">
        {attempts.length > 1 && <Attempts count={attempts.length} shown={shown} onShow={onShow} />}
        <Section title={t("receipt.machines")}>
          {undrawn ? <p className="text-sm text-soft">{t("receipt.nobody")}</p> : <Machines answer={answer} />}
        </Section>
        {answer.receipt && (
          <Section title={t("receipt.settlement")}>
            <Settlement receipt={answer.receipt} />
          </Section>
        )}
        <Section title={t("receipt.steps")}>
          <Steps steps={answer.steps} pictures={answer.pictures !== undefined} />
        </Section>
        {(answer.receipt || answer.trust !== "failed") && (
          <Section title={t("receipt.check")}>
            {answer.receipt ? (
              <Check receipt={answer.receipt} answer={answer} files={files} prompt={prompt} />
            ) : (
              <p className="text-sm text-soft">{t("receipt.pending")}</p>
            )}
          </Section>
        )}
        <Section title={t("receipt.facts")}>
          <Facts answer={answer} model={model} />
        </Section>
      </div>
    </Dialog>
  );
}

/** Which of the request's tasks is shown: each has a receipt of its own. */
function Attempts({ count, shown, onShow }: { count: number; shown: number; onShow: (attempt: number) => void }) {
  const t = useText();
  return (
    <fieldset className="grid gap-2">
      <legend className="sr-only">{t("receipt.attempts")}</legend>
      <p className="text-sm text-soft">{t("receipt.attemptsText", { count })}</p>
      <div className="flex flex-wrap gap-1.5">
        {Array.from({ length: count }, (_, i) => i).map((i) => (
          <button
            key={i}
            type="button"
            aria-pressed={i === shown}
            onClick={() => onShow(i)}
            className="touch rounded-lg border border-line px-3 py-1.5 text-sm aria-pressed:border-accent aria-pressed:bg-tint aria-pressed:font-medium"
          >
            {t("receipt.attempt", { number: i + 1 })}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-[13px] font-semibold text-soft">{title}</h3>
      {children}
    </section>
  );
}

function Machines({ answer }: { answer: Answer }) {
  return (
    <ol className="grid gap-2">
      {[0, 1, 2].map((seat) => {
        const settled = answer.receipt?.nodes[seat];
        const address = settled?.address ?? answer.nodes[seat];
        const fast = answer.receipt?.fast ?? false;
        return <Machine key={seat} seat={seat} address={address} answer={answer} settled={settled} fast={fast} />;
      })}
    </ol>
  );
}

function Machine({
  seat,
  address,
  answer,
  settled,
  fast,
}: {
  seat: number;
  address?: string;
  answer: Answer;
  settled?: ReceiptNode;
  /** One transaction settled everything, so that the machine's own steps have none. */
  fast: boolean;
}) {
  const t = useText();
  const paid = parseWei(settled?.paid ?? "");
  return (
    <li data-testid="receipt-node" className="rounded-xl border border-line px-3.5 py-2.5">
      <div className="flex flex-wrap items-center gap-x-2">
        <Server className="size-4 text-soft" aria-hidden="true" />
        <span className="text-sm font-medium">{t("receipt.machine", { number: seat + 1 })}</span>
        {address ? (
          <Hex value={address} what={t("receipt.address")} />
        ) : (
          <span className="py-1 text-sm text-soft">{t("receipt.notDrawn")}</span>
        )}
        <span className="flex-1" />
        {address && <Standing answer={answer} address={address} settled={settled} />}
      </div>
      {settled && (
        <dl className="numbers mt-1 flex flex-wrap gap-x-5 text-[13px] [&_dt]:text-soft [&>div]:flex [&>div]:min-h-7 [&>div]:items-center [&>div]:gap-1.5">
          {fast ? (
            <div>
              <dt>{t("receipt.commitment")}</dt>
              <dd>
                <Hex value={settled.commitment} what={t("receipt.commitmentWhat")} />
              </dd>
            </div>
          ) : (
            <>
              <div>
                <dt>{t("receipt.committedTx")}</dt>
                <dd>
                  <Transaction hash={settled.commit_tx} />
                </dd>
              </div>
              <div>
                <dt>{t("receipt.openedTx")}</dt>
                <dd>
                  <Transaction hash={settled.reveal_tx} />
                </dd>
              </div>
            </>
          )}
          <div>
            <dt>{t("receipt.paid")}</dt>
            <dd
              title={paid === null ? undefined : t("cnx", { amount: exactCNX(paid) })}
              className="font-medium [overflow-wrap:anywhere]"
            >
              {paid === null ? "–" : t("cnx", { amount: exactCNX(paid) })}
            </dd>
          </div>
        </dl>
      )}
    </li>
  );
}

/** Where a machine stands: live while the task runs, as judged when it is settled. */
function Standing({ answer, address, settled }: { answer: Answer; address: string; settled?: ReceiptNode }) {
  const t = useText();
  const [text, tone]: [string, string] = (() => {
    if (settled?.slashed) return [t("receipt.slashed"), "bg-bad-tint text-bad"];
    if (settled?.agrees) return [t("receipt.agrees"), "bg-good-tint text-good"];
    if (settled && !realHash(settled.reveal_tx)) return [t("receipt.silent"), "bg-sunken text-soft"];
    if (settled) return [t("receipt.differs"), "bg-bad-tint text-bad"];
    if (hasDone(answer, "revealed", address)) return [t("receipt.openedTx"), "bg-good-tint text-good"];
    if (hasDone(answer, "committed", address)) return [t("receipt.committedTx"), "bg-wait-tint text-wait"];
    return ["", ""];
  })();
  if (text === "") return null;
  return <span className={`rounded-full px-2.5 py-0.5 text-xs font-medium ${tone}`}>{text}</span>;
}

function Transaction({ hash }: { hash: string }) {
  const t = useText();
  const real = realHash(hash);
  return real ? (
    <Hex value={real} what={t("receipt.transaction")} />
  ) : (
    <span className="text-soft">{t("receipt.neverOpened")}</span>
  );
}

/** By what the task ended, and where its fee went. */
function Settlement({ receipt: r }: { receipt: Receipt }) {
  const t = useText();
  const money = (wei: bigint) => t("cnx", { amount: exactCNX(wei) });
  const wei = (digits: string) => parseWei(digits) ?? 0n;
  const paid = r.nodes.reduce((sum, n) => sum + wei(n.paid), 0n);
  const kept = wei(r.fee) - paid - wei(r.rewards) - wei(r.refunded);
  const time = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(
    r.settled_at * 1000,
  );
  const parts: [MessageId, bigint][] = [["receipt.toMachines", paid]];
  if (wei(r.rewards) > 0n) parts.push(["receipt.toSender", wei(r.rewards)]);
  parts.push(["receipt.refunded", wei(r.refunded)]);
  if (kept > 0n) parts.push(["receipt.toPool", kept]);
  return (
    <div data-testid="settlement" className="rounded-xl border border-line px-3.5 py-3">
      <p className="text-sm">{t(wasDrawn(r) ? (r.fast ? "receipt.fast" : "receipt.court") : "receipt.unrun")}</p>
      <dl className="numbers mt-1.5 flex flex-wrap gap-x-5 text-[13px] [&_dt]:text-soft [&>div]:flex [&>div]:min-h-7 [&>div]:items-center [&>div]:gap-1.5">
        <div>
          <dt>{t("receipt.settleTx")}</dt>
          <dd>
            <Hex value={r.settle_tx} what={t("receipt.transaction")} />
          </dd>
        </div>
        <div>
          <dt>{t("receipt.sentBy")}</dt>
          <dd className="flex items-center gap-1.5">
            <Sender receipt={r} />
            <Hex value={r.settled_by} what={t("receipt.address")} />
          </dd>
        </div>
        <div>
          <dt>{t("receipt.settled")}</dt>
          <dd>{t("receipt.settledValue", { block: String(r.settle_block), time })}</dd>
        </div>
      </dl>
      <dl className="numbers mt-2.5 border-t border-line pt-2 text-sm [&>div]:flex [&>div]:min-h-7 [&>div]:items-center [&>div]:justify-between [&>div]:gap-4">
        {parts.map(([name, amount]) => (
          <div key={name}>
            <dt className="text-soft">{t(name)}</dt>
            <dd className="text-end [overflow-wrap:anywhere]">{money(amount)}</dd>
          </div>
        ))}
        <div className="mt-1 border-t border-line pt-1 font-medium">
          <dt>{t("receipt.fee")}</dt>
          <dd className="text-end [overflow-wrap:anywhere]">{money(wei(r.fee))}</dd>
        </div>
      </dl>
    </div>
  );
}

/** Who sent the transaction that ended the task, where the receipt knows it. */
function Sender({ receipt: r }: { receipt: Receipt }) {
  const t = useText();
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  if (same(r.settled_by, r.creator)) return <span>{t("receipt.byGateway")}</span>;
  const seat = r.nodes.findIndex((n) => same(n.address, r.settled_by));
  return seat < 0 ? null : <span>{t("receipt.machine", { number: seat + 1 })}</span>;
}

/** What was seen and when. Steps that machines take one by one stand as one line, with the last of them. */
function Steps({ steps, pictures }: { steps: Step[]; pictures: boolean }) {
  const t = useText();
  const lines = steps.filter((s, i) => !steps.slice(i + 1).some((later) => later.stage === s.stage));
  lines.sort((a, b) => a.at - b.at);
  return (
    <ol className="relative">
      {lines.map((s, i) => (
        <li key={s.stage} className="relative flex min-h-8 items-center gap-3 ps-5">
          {i < lines.length - 1 && (
            <span className="absolute left-[3.5px] top-1/2 h-full w-px bg-line" aria-hidden="true" />
          )}
          <span className="absolute left-0 size-2 rounded-full bg-edge" aria-hidden="true" />
          <span className="text-sm">
            {t(pictures && s.stage === "running" ? "step.runningImages" : `step.${s.stage}`)}
          </span>
          {s.count && s.count < 3 ? (
            <span className="text-[13px] text-soft">{t("step.of3", { count: s.count })}</span>
          ) : null}
          <span className="flex-1" />
          {s.tx && realHash(s.tx) && <Hex value={s.tx} what={t("receipt.transaction")} />}
          <span className="numbers w-18 shrink-0 text-end text-[13px] text-soft">{duration(s.at, locale)}</span>
        </li>
      ))}
    </ol>
  );
}

/** What this browser can tell by itself, and what the person needs to check it without this page. */
function Check(props: { receipt: Receipt; answer: Answer; files?: readonly Blob[]; prompt: string }) {
  const { receipt, answer, files, prompt } = props;
  const t = useText();
  const file = `helium-receipt-${receipt.task_id}.json`;
  // The receipt of a text has the text in it; pictures are files of their own.
  const count = receipt.images?.length ?? 0;
  const names = Array.from({ length: count }, (_, i) => fileName(prompt, i, count));
  const command = ["helium task verify", file, ...names.map((name) => `--image ${name}`)].join(" ");
  return (
    <div className="grid gap-3">
      {answer.pictures ? (
        <PicturesFound receipt={receipt} files={files} count={answer.pictures.count} />
      ) : (
        <TextFound receipt={receipt} text={answer.text} />
      )}
      <p className="text-sm text-soft">{t(count > 0 ? "receipt.checkImages" : "receipt.checkText")}</p>
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => download(file, receipt)}>
          <Download className="size-4" />
          {t("receipt.download")}
        </Button>
        {count > 0 && (
          <Button
            disabled={names.some((_, i) => !files?.[i])}
            onClick={() => {
              for (const [i, file] of files?.entries() ?? []) save(names[i] ?? "", file);
            }}
          >
            <Download className="size-4" />
            {t("receipt.downloadImages", { count })}
          </Button>
        )}
        <span className="inline-flex min-w-0 items-center rounded-lg bg-sunken ps-3 pe-1">
          <code className="min-w-0 py-1.5 font-mono text-[13px] [overflow-wrap:anywhere]">{command}</code>
          <CopyButton text={command} what={t("receipt.command")} />
        </span>
      </div>
    </div>
  );
}

function TextFound({ receipt, text }: { receipt: Receipt; text: string }) {
  const t = useText();
  const [found, setFound] = useState<BrowserCheck | null>(null);
  useEffect(() => {
    let gone = false;
    void checkReceipt(receipt, text).then((c) => !gone && setFound(c));
    return () => {
      gone = true;
    };
  }, [receipt, text]);
  if (!found) return null;
  return (
    <Findings>
      {found.digest !== null && (
        <Finding good={found.digest}>{t(found.digest ? "receipt.digestOk" : "receipt.digestBad")}</Finding>
      )}
      {found.text !== null && (
        <Finding good={found.text}>{t(found.text ? "receipt.textOk" : "receipt.textBad")}</Finding>
      )}
      {wasDrawn(receipt) && <Finding good={found.equal >= 2}>{t("receipt.equal", { count: found.equal })}</Finding>}
    </Findings>
  );
}

function PicturesFound({ receipt, files, count }: { receipt: Receipt; files?: readonly Blob[]; count: number }) {
  const t = useText();
  const [found, setFound] = useState<PicturesCheck | null>(null);
  useEffect(() => {
    let gone = false;
    const seen = Promise.all(Array.from({ length: count }, (_, i) => pixelsOf(files?.[i])));
    void seen.then((pixels) => checkPictures(receipt, pixels)).then((c) => !gone && setFound(c));
    return () => {
      gone = true;
    };
  }, [receipt, files, count]);
  if (!found) return null;
  const { opened, apart, alike, worst } = found;
  return (
    <Findings>
      {opened !== null && <Finding good={opened}>{t(opened ? "receipt.openedOk" : "receipt.openedBad")}</Finding>}
      {apart !== null && (
        <Finding good={apart <= mostBits}>
          {t(apart === 0 ? "receipt.seenSame" : apart <= mostBits ? "receipt.seenAlike" : "receipt.seenBad", {
            count,
            bits: apart,
          })}
        </Finding>
      )}
      {wasDrawn(receipt) && (
        <Finding good={alike >= 2}>
          {t(worst === 0 ? "receipt.alikeSame" : "receipt.alike", { count: alike, bits: worst })}
        </Finding>
      )}
    </Findings>
  );
}

function Findings({ children }: { children: ReactNode }) {
  const t = useText();
  return (
    <ul aria-label={t("receipt.here")} data-testid="browser-check" className="grid gap-1">
      {children}
    </ul>
  );
}

function Finding({ good, children }: { good: boolean; children: ReactNode }) {
  return (
    <li className="flex items-start gap-2 text-sm">
      {good ? (
        <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" />
      ) : (
        <CircleX className="mt-0.5 size-4 shrink-0 text-bad" />
      )}
      {children}
    </li>
  );
}

function Facts({ answer, model }: { answer: Answer; model: string }) {
  const t = useText();
  const r = answer.receipt;
  const kind = answer.class;
  const rows: [MessageId, ReactNode][] = [["receipt.model", r?.model ?? model]];
  if (kind)
    rows.push([
      "receipt.class",
      t("receipt.classValue", { card: kind.card, vram: kind.vram_gb, runtime: kind.runtime }),
    ]);
  if (answer.taskId) rows.push(["receipt.task", String(answer.taskId)]);
  if (r) {
    if (r.result !== "0x")
      rows.push(["receipt.digest", <Hex key="digest" value={r.result} what={t("receipt.digest")} />]);
    rows.push(
      ["receipt.contract", <Hex key="contract" value={r.task_contract} what={t("receipt.address")} />],
      ["receipt.chain", String(r.chain_id)],
    );
  }
  return (
    <dl className="numbers grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="contents [&>*]:flex [&>*]:min-h-7 [&>*]:items-center">
          <dt className="text-soft">{t(name)}</dt>
          <dd className="[overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
