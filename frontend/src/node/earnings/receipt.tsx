import { Braces, Monitor, Server, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Agent } from "../../lib/agent";
import type { EarningsReport, ReceiptProof, ReceiptSeat, TaskReceipt } from "../../lib/api.gen";
import { copyText, duration } from "../../lib/format";
import { locale, useText } from "../../lib/i18n";
import { wordsOf } from "../../lib/said";
import { parseWei } from "../../lib/wei";
import { Button } from "../../ui/button";
import { CopyAction, Hex } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Notice } from "../../ui/notice";
import { useReceipt } from "./asking";
import { Blank } from "./blank";
import { everyDigit } from "./digits";
import { energy, exactMoney, parseMicro } from "./money";
import { outcomeOf, tones } from "./outcome";

/** All that is kept of one task: what it brought, who checked it, what was compared, and where that stands. */
export function ReceiptDialog(props: {
  agent: Agent;
  id: number;
  report: EarningsReport | undefined;
  onClose: () => void;
}) {
  const { agent, id, report, onClose } = props;
  const t = useText();
  const { data: receipt, error, refetch } = useReceipt(agent, id);
  const outcome = receipt && outcomeOf(receipt);
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      wide
      testId="receipt"
      title={
        <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          {t("home.taskNumber", { id: String(id) })}
          {outcome && (
            <span className={`rounded-full px-2.5 py-0.5 text-xs font-medium ${tones[outcome]}`}>
              {t(`earnings.outcome.${outcome}`)}
            </span>
          )}
        </span>
      }
      description={outcome && t(`earnings.outcomeText.${outcome}`)}
    >
      {error ? (
        <Notice
          kind="bad"
          icon={<TriangleAlert />}
          title={t("earnings.receiptFailed")}
          detail={wordsOf(t, error)}
          action={<Button onClick={() => void refetch()}>{t("retry")}</Button>}
        />
      ) : receipt ? (
        <Shown receipt={receipt} currency={report?.electricity.currency ?? ""} />
      ) : (
        <Blank className="h-60" />
      )}
    </Dialog>
  );
}

function Shown({ receipt, currency }: { receipt: TaskReceipt; currency: string }) {
  const t = useText();
  const { proof } = receipt;
  const money = (wei: string) => t("cnx", { amount: everyDigit(parseWei(wei) ?? 0n) });
  const reward = parseWei(proof?.reward ?? "") ?? 0n;
  const json = `${JSON.stringify(receipt, null, 2)}\n`;
  return (
    <div className="grid gap-6 pb-2">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <p
            className="numbers text-2xl font-semibold tracking-tight [overflow-wrap:anywhere]"
            data-testid="receipt-paid"
          >
            {money(receipt.paid)}
          </p>
          <p className="numbers mt-0.5 text-sm text-soft">
            {proof?.fee ? t("earnings.ofFee", { fee: everyDigit(parseWei(proof.fee) ?? 0n) }) : ""}
            {reward > 0n && ` ${t("earnings.plusReward", { amount: everyDigit(reward) })}`}
          </p>
        </div>
        <span className="flex items-center gap-1 text-[13px] text-soft">
          <Braces className="size-4" aria-hidden="true" />
          JSON
          <CopyAction copy={() => copyText(json)} what={t("earnings.theReceipt")} />
        </span>
      </div>
      {proof && proof.nodes.length > 0 && (
        <Section title={t("earnings.checkedBy")}>
          <p className="mb-2.5 text-sm leading-relaxed text-pretty">{compared(t, receipt, proof)}</p>
          <ol className="grid gap-2">
            {proof.nodes.map((seat) => (
              <Seat key={seat.address} seat={seat} proof={proof} />
            ))}
          </ol>
        </Section>
      )}
      {!proof && <p className="text-sm leading-relaxed text-soft">{t("earnings.noProof")}</p>}
      <Section title={t("earnings.asked")}>
        <Rows rows={asked(t, receipt, proof)} />
        <p className="mt-2 text-[13px] text-soft">{t("earnings.contentNotKept")}</p>
      </Section>
      {proof && (
        <>
          <Section title={t("earnings.work")}>
            <Rows rows={work(t, receipt, proof, currency)} />
          </Section>
          <Section title={t("earnings.stands")}>
            <p className="mb-1 text-sm leading-relaxed text-pretty">
              {t(proof.court ? "earnings.court" : "earnings.fast")}
            </p>
            <Rows rows={stands(t, proof)} />
          </Section>
        </>
      )}
    </div>
  );
}

type Text = ReturnType<typeof useText>;
type Row = [name: string, value: ReactNode];

/** What was compared, in words. */
function compared(t: Text, receipt: TaskReceipt, proof: ReceiptProof): string {
  if (proof.result === "none") return t("earnings.compared.nothing");
  if (proof.result !== "result") return t("earnings.compared.error");
  if (receipt.kind === "images") return t("earnings.compared.images", { bits: proof.match_below });
  return t("earnings.compared.text");
}

function asked(t: Text, receipt: TaskReceipt, proof: ReceiptProof | undefined): Row[] {
  const rows: Row[] = [[t("earnings.what"), t(`earnings.kind.${receipt.kind}`)]];
  if (receipt.model) rows.push([t("earnings.model"), receipt.model]);
  if (proof) {
    rows.push([
      t("earnings.size"),
      proof.images > 0
        ? t("earnings.sizeImages", { images: proof.images, units: proof.units })
        : t("earnings.sizeUnits", { units: proof.units }),
    ]);
    if (proof.creator)
      rows.push([t("earnings.creator"), <Hex key="creator" value={proof.creator} what={t("earnings.address")} />]);
  }
  return rows;
}

function work(t: Text, receipt: TaskReceipt, proof: ReceiptProof, currency: string): Row[] {
  const moment = (time: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(Date.parse(time));
  const rows: Row[] = [
    [t("earnings.drawn"), moment(proof.drawn_at)],
    [t("earnings.ended"), moment(receipt.ended_at)],
    [t("earnings.atWorkFor"), duration(proof.worked_millis, locale)],
    [t("earnings.score"), t("earnings.scoreOf", { score: receipt.score })],
  ];
  const used = proof.energy;
  if (used.watt_seconds > 0) {
    const word = used.measured_seconds > 0 ? "earnings.energyMeasured" : "earnings.energyStated";
    rows.push([t("earnings.energy"), t(word, { energy: energy(used.watt_seconds, locale) })]);
  }
  const cost = parseMicro(used.cost);
  if (cost !== null && currency) rows.push([t("earnings.costUp"), exactMoney(cost, currency, locale)]);
  const net = parseMicro(used.net);
  if (net !== null && currency) rows.push([t("earnings.net"), exactMoney(net, currency, locale)]);
  return rows;
}

function stands(t: Text, proof: ReceiptProof): Row[] {
  const hex = (name: Parameters<Text>[0], value: string): Row[] =>
    value ? [[t(name), <Hex key={name} value={value} what={t(name)} />]] : [];
  return [
    ...hex("earnings.endTx", proof.end_tx),
    [t("earnings.block"), new Intl.NumberFormat(locale).format(proof.end_block)],
    ...hex("earnings.drawTx", proof.draw_tx),
    ...hex("earnings.digest", proof.digest),
    ...hex("earnings.payout", proof.payout),
    ...hex("earnings.key", proof.task_key),
    ...hex("earnings.contract", proof.task_contract),
    [t("earnings.chain"), String(proof.chain_id)],
  ];
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-[13px] font-semibold text-soft">{title}</h3>
      {children}
    </section>
  );
}

function Rows({ rows }: { rows: Row[] }) {
  return (
    <dl className="numbers grid gap-y-0.5 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="flex min-h-8 items-center justify-between gap-4">
          <dt className="shrink-0 text-soft">{name}</dt>
          <dd className="min-w-0 text-end [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One of the three computers, and what it found. */
function Seat({ seat, proof }: { seat: ReceiptSeat; proof: ReceiptProof }) {
  const t = useText();
  const Icon = seat.you ? Monitor : Server;
  const [word, tone] = standing(t, seat);
  const facts = [
    seat.place > 0 && t("earnings.place", { place: seat.place }),
    seat.distance !== undefined && t("earnings.distance", { bits: seat.distance, below: proof.match_below }),
    t("earnings.seatPaid", { amount: everyDigit(parseWei(seat.paid) ?? 0n), score: seat.score }),
  ].filter(Boolean);
  return (
    <li data-testid="receipt-node" className="rounded-xl border border-line px-3.5 py-2.5">
      <div className="flex flex-wrap items-center gap-x-2">
        <Icon className="size-4 text-soft" aria-hidden="true" />
        {seat.you && <span className="text-sm font-medium">{t("earnings.you")}</span>}
        <Hex value={seat.address} what={t("earnings.address")} />
        <span className="flex-1" />
        <span className={`rounded-full px-2.5 py-0.5 text-xs font-medium ${tone}`}>{word}</span>
      </div>
      <p className="numbers mt-0.5 text-[13px] text-soft">{facts.join(" · ")}</p>
      {seat.digest && (
        <p className="flex flex-wrap items-center gap-x-1.5 text-[13px] text-soft">
          {t("earnings.found")}
          <Hex value={seat.digest} what={t("earnings.found")} />
        </p>
      )}
    </li>
  );
}

function standing(t: Text, seat: ReceiptSeat): [string, string] {
  if (seat.slashed) return [t("earnings.seat.slashed"), "bg-bad-tint text-bad"];
  if (seat.agrees) return [t("earnings.seat.agrees"), "bg-good-tint text-good"];
  if (seat.agrees === false) return [t("earnings.seat.differs"), "bg-wait-tint text-wait"];
  return [t("earnings.seat.unseen"), "bg-sunken text-soft"];
}
