import { ChartColumn, Download, Table2, TriangleAlert } from "lucide-react";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { toast } from "sonner";
import { Link, useLocation, useRoute } from "wouter";
import type { EarningsReport } from "../../lib/api.gen";
import { locale, type MessageId, useText } from "../../lib/i18n";
import { saveText } from "../../lib/native";
import { wordsOf } from "../../lib/said";
import { parseWei, shortCNXDown } from "../../lib/wei";
import { Button, IconButton } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Amount, Card } from "../card";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { fileOf, type Kind, type Range, useFresh, useReport } from "./asking";
import { nameOf, type Part, partOf, partsIn, sumOf, tasksOf } from "./bars";
import { Blank } from "./blank";
import { everyDigit } from "./digits";
import { ElectricityCard } from "./electricity";
import { TaskList } from "./list";
import { partNames, swatches } from "./parts";
import { ReceiptDialog } from "./receipt";
import { Segments } from "./segments";

const Chart = lazy(() => import("./chart"));

const ranges: Range[] = ["day", "week", "month", "all"];

/** Earnings answers: how much, when, for what, how that is known, and what it cost. */
export function Earnings({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const [range, setRange] = useState<Range>("week");
  const [kind, setKind] = useState<Kind>("");
  const report = useReport(agent, range);
  const { busy, act } = useAct();
  const [, go] = useLocation();
  const [, at] = useRoute("/earnings/task/:id");
  const opened = at && /^\d+$/.test(at.id ?? "") ? Number(at.id) : null;
  useFresh(state);

  const never = state.earnings.tasks_total === 0 && (state.recent ?? []).length === 0;
  const exportFile = () =>
    act(async () => {
      try {
        const day = new Date(state.now).toISOString().slice(0, 10);
        const text = await fileOf(agent, range, kind);
        await saveText(`helium-earnings-${range}-${day}.csv`, text, "text/csv;charset=utf-8");
      } catch (err) {
        toast.error(t("earnings.exportFailed"), { description: wordsOf(t, err) });
      }
    });

  return (
    <div className="mx-auto grid w-full max-w-5xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-7 sm:py-6">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="me-auto text-xl font-semibold tracking-tight">{t("earnings.title")}</h1>
        <Segments
          label={t("earnings.range")}
          name="range"
          options={ranges.map((r) => [r, t(`earnings.range.${r}`)])}
          chosen={range}
          onChoose={setRange}
        />
        <Button onClick={exportFile} disabled={busy || stale || never} data-testid="export">
          <Download className="size-4" />
          {t("earnings.export")}
        </Button>
      </header>
      <Figures state={state} report={report.data} />
      {report.isError ? (
        <Notice
          kind="bad"
          icon={<TriangleAlert />}
          title={t("earnings.failed")}
          detail={wordsOf(t, report.error)}
          action={<Button onClick={() => void report.refetch()}>{t("retry")}</Button>}
        />
      ) : never && report.data ? (
        <Nothing />
      ) : report.data ? (
        <Bars report={report.data} dim={report.isPlaceholderData} />
      ) : (
        <Blank className="h-76" />
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
          {!never && !report.isError && (
            <TaskList agent={agent} range={range} kind={kind} onKind={setKind} now={Date.parse(state.now)} />
          )}
        </div>
        <div className={`grid grid-cols-[minmax(0,1fr)] content-start gap-4 ${never ? "lg:col-span-2" : ""}`}>
          {report.data && !never && <Kinds report={report.data} />}
          {report.data && <ElectricityCard agent={agent} report={report.data} stale={stale} />}
        </div>
      </div>
      {opened !== null && (
        <ReceiptDialog key={opened} agent={agent} id={opened} report={report.data} onClose={() => go("/earnings")} />
      )}
    </div>
  );
}

function Figures({ state, report }: { state: ScreenProps["state"]; report: EarningsReport | undefined }) {
  const t = useText();
  const { earnings } = state;
  const withdrawn = parseWei(report?.withdrawn ?? "") ?? 0n;
  const pending = [
    report && report.at_work > 0 ? t("earnings.atWork", { count: report.at_work }) : "",
    report &&
      (report.since
        ? t("earnings.withdrawnSince", {
            amount: shortCNXDown(withdrawn, locale),
            date: new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(Date.parse(report.since)),
          })
        : t("earnings.withdrawn", { amount: shortCNXDown(withdrawn, locale) })),
  ];
  const figures: [MessageId, string, string][] = [
    ["earnings.today", earnings.today, t("home.todayTasks", { count: earnings.tasks_today })],
    ["earnings.week", earnings.week, t("earnings.weekNote")],
    ["earnings.total", earnings.total, t("home.totalTasks", { count: earnings.tasks_total })],
    ["earnings.pending", earnings.credited, pending.filter(Boolean).join(" · ")],
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-2xl border border-line bg-line lg:grid-cols-4">
      {figures.map(([name, wei, note]) => (
        <div key={name} className="bg-card px-4 py-3.5 sm:px-5" data-testid={name} data-wei={wei}>
          <dt className="text-[13px] font-medium text-soft">{t(name)}</dt>
          <dd className="mt-1">
            <Amount wei={wei} className="whitespace-nowrap text-xl font-semibold tracking-tight sm:text-2xl" />
            <p className="numbers mt-0.5 min-h-[1.4em] text-xs text-soft">{note}</p>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Nothing() {
  const t = useText();
  return (
    <section className="flex flex-col items-center rounded-2xl border border-line bg-card px-6 py-12 text-center">
      <ChartColumn className="size-9 text-soft" aria-hidden="true" />
      <h2 className="mt-3 text-lg font-semibold">{t("earnings.nothing")}</h2>
      <p className="mt-1.5 max-w-md text-sm leading-relaxed text-soft text-pretty">{t("earnings.nothingText")}</p>
      <Link
        href="/"
        className="touch mt-5 inline-flex h-9 items-center rounded-lg bg-accent px-3.5 text-sm font-medium text-on-accent hover:opacity-90"
      >
        {t("earnings.nothingAction")}
      </Link>
    </section>
  );
}

/** The chart of a range, and the same as a table. */
function Bars({ report, dim }: { report: EarningsReport; dim: boolean }) {
  const t = useText();
  const [asTable, setAsTable] = useState(false);
  const [pointed, point] = useState<number | null>(null);
  const shown = useMemo(() => partsIn(report), [report]);
  const bar = pointed === null ? undefined : report.bars[pointed];
  const sum = report.bars.reduce((all, b) => all + sumOf(b), 0n);
  const Other = asTable ? ChartColumn : Table2;
  return (
    <section
      className={`rounded-2xl border border-line bg-card px-5 pt-4 pb-3 transition-opacity ${dim ? "opacity-60" : ""}`}
    >
      <header className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="text-[13px] font-semibold text-soft">{t(`earnings.chart.${report.range}`)}</h2>
          <p
            className="numbers mt-0.5 text-lg font-semibold tracking-tight [overflow-wrap:anywhere]"
            data-testid="range-sum"
            data-wei={sum.toString()}
          >
            {t("cnx", { amount: everyDigit(sum) })}
          </p>
        </div>
        <IconButton label={t(asTable ? "earnings.asChart" : "earnings.asTable")} onClick={() => setAsTable(!asTable)}>
          <Other />
        </IconButton>
      </header>
      {!asTable && (
        <div className="mt-2 h-44">
          <Suspense fallback={<Blank className="h-full" />}>
            <Chart report={report} parts={shown} onPoint={point} />
          </Suspense>
        </div>
      )}
      <div className={asTable ? "mt-2 max-h-56 overflow-auto" : "sr-only"} {...(asTable ? { tabIndex: 0 } : {})}>
        <BarTable report={report} parts={shown} />
      </div>
      <Legend parts={shown}>
        {bar ? (
          <>
            <span className="font-medium text-ink">{nameOf(bar, report.step, locale, true)}</span>
            {": "}
            {t("cnx", { amount: everyDigit(sumOf(bar)) })}
            {" · "}
            {t("home.totalTasks", { count: tasksOf(bar) })}
          </>
        ) : (
          t(`earnings.step.${report.step}`)
        )}
      </Legend>
    </section>
  );
}

function Legend({ parts, children }: { parts: Part[]; children: ReactNode }) {
  const t = useText();
  return (
    <div className="mt-2 flex min-h-7 flex-wrap items-center gap-x-4 gap-y-1 text-[13px] text-soft">
      {parts.map((p) => (
        <span key={p} className="inline-flex items-center gap-1.5">
          <span className={`size-2.5 rounded-[3px] ${swatches[p]}`} aria-hidden="true" />
          {t(partNames[p])}
        </span>
      ))}
      <span className="numbers ms-auto" aria-hidden="true">
        {children}
      </span>
    </div>
  );
}

function BarTable({ report, parts }: { report: EarningsReport; parts: Part[] }) {
  const t = useText();
  const cell = "py-1 ps-4 text-end";
  return (
    <table className="numbers w-full text-sm" data-testid="bars">
      <caption className="sr-only">{t(`earnings.chart.${report.range}`)}</caption>
      <thead className="text-[13px] text-soft">
        <tr>
          <th scope="col" className="py-1 text-start font-medium">
            {t(`earnings.column.${report.step}`)}
          </th>
          {parts.map((p) => (
            <th key={p} scope="col" className={`${cell} font-medium`}>
              {t(partNames[p])}
            </th>
          ))}
          <th scope="col" className={`${cell} font-medium`}>
            {t("earnings.column.tasks")}
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {report.bars.map((b) => (
          <tr key={b.from}>
            <th scope="row" className="py-1 text-start font-normal whitespace-nowrap">
              {nameOf(b, report.step, locale, true)}
            </th>
            {parts.map((p) => (
              <td key={p} className={cell}>
                {everyDigit(partOf(b, p))}
              </td>
            ))}
            <td className={cell}>{tasksOf(b)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What each kind of task brought in the range. */
function Kinds({ report }: { report: EarningsReport }) {
  const t = useText();
  const rows: [Part | "rewards", string, string][] = [
    ["texts", report.texts.paid, t("home.totalTasks", { count: report.texts.tasks })],
    ["images", report.images.paid, t("home.totalTasks", { count: report.images.tasks })],
  ];
  if (report.other.tasks > 0)
    rows.push(["other", report.other.paid, t("home.totalTasks", { count: report.other.tasks })]);
  if ((parseWei(report.rewards) ?? 0n) > 0n) rows.push(["rewards", report.rewards, t("earnings.rewardsNote")]);
  return (
    <Card title={t("earnings.kinds")}>
      <dl className="numbers mt-2 grid gap-y-2 text-sm">
        {rows.map(([part, wei, note]) => (
          <div key={part} className="flex items-center gap-3" data-testid={`kind-${part}`} data-wei={wei}>
            <span
              className={`size-2.5 shrink-0 rounded-[3px] ${part === "rewards" ? "" : swatches[part]}`}
              aria-hidden="true"
            />
            <dt className="min-w-0 flex-1">
              {t(part === "rewards" ? "earnings.rewards" : partNames[part])}
              <span className="block text-xs text-soft">{note}</span>
            </dt>
            <dd className="text-end font-medium [overflow-wrap:anywhere]">
              {t("cnx", { amount: everyDigit(parseWei(wei) ?? 0n) })}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
