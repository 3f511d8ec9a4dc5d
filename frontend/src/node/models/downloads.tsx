import { Pause, Play, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import type { Agent } from "../../lib/agent";
import type { ModelDownload, ModelProgress, Reason } from "../../lib/api.gen";
import { useText } from "../../lib/i18n";
import { notice } from "../../lib/said";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Card } from "../card";
import { useAct } from "../setup/act";
import { Problem } from "../setup/frame";
import { downloadText, percent, shortName, size } from "./words";

/** What is on its way; nothing where nothing is. */
export function Downloads(props: { agent: Agent; downloads: ModelDownload[]; stale: boolean }) {
  const t = useText();
  if (props.downloads.length === 0) return null;
  return (
    <Card title={t("models.downloads")}>
      <ul className="mt-1 divide-y divide-line">
        {props.downloads.map((d) => (
          <Row key={d.id} agent={props.agent} download={d} stale={props.stale} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ agent, download: d, stale }: { agent: Agent; download: ModelDownload; stale: boolean }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [asking, ask] = useState(false);
  const name = shortName(d.id, t);
  const tell = (method: "pauseModel" | "resumeModel" | "cancelModel") =>
    act(() => agent.ask(method, d.id).then(() => {}));
  const waits = d.status === "paused" || d.status === "stuck" || d.status === "failed";
  const onItsOwn = d.reason?.code === "model_no_space" ? t("models.download.room") : t("models.download.again");
  return (
    <li data-testid="download" data-id={d.id} data-status={d.status} className="py-3">
      <div className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="font-medium [overflow-wrap:anywhere]">{name}</p>
          <p className="numbers mt-0.5 text-[13px] text-soft">{downloadText(t, d)}</p>
        </div>
        {d.status === "stuck" || d.status === "failed" ? (
          <Button disabled={busy || stale} onClick={() => tell("resumeModel")}>
            {t("models.tryNow")}
          </Button>
        ) : d.status === "paused" ? (
          <IconButton
            label={t("models.resumeName", { name })}
            disabled={busy || stale}
            onClick={() => tell("resumeModel")}
          >
            <Play />
          </IconButton>
        ) : (
          <IconButton
            label={t("models.pauseName", { name })}
            disabled={busy || stale}
            onClick={() => tell("pauseModel")}
          >
            <Pause />
          </IconButton>
        )}
        <IconButton
          label={t("models.cancelName", { name })}
          disabled={busy || stale}
          onClick={() => (d.progress.done > 0 ? ask(true) : tell("cancelModel"))}
        >
          <X />
        </IconButton>
      </div>
      {d.reason && (
        <p role="alert" className="mt-1.5 flex gap-2 text-[13px] leading-relaxed">
          <TriangleAlert className="mt-0.5 size-4 shrink-0 text-wait" aria-hidden="true" />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <Why reason={d.reason} /> {d.status === "stuck" && onItsOwn}
          </span>
        </p>
      )}
      {d.progress.total > 0 && d.status !== "queued" && (
        <Bar progress={d.progress} label={name} still={waits} className="mt-2" />
      )}
      <Problem text={problem} />
      <Dialog open={asking} onOpenChange={ask} title={t("models.cancel.title", { name })} testId="cancel-download">
        <p className="text-sm leading-relaxed">{t("models.delete.part", { size: size(d.progress.done) })}</p>
        <div className="mt-5 flex flex-wrap justify-end gap-2.5">
          <Button onClick={() => ask(false)}>{t("models.cancel.keep")}</Button>
          <Button
            kind="danger"
            onClick={() => {
              ask(false);
              void tell("cancelModel");
            }}
          >
            {t("models.cancel.action")}
          </Button>
        </div>
      </Dialog>
    </li>
  );
}

/** Why something does not go on. */
export function Why({ reason }: { reason: Reason }) {
  const { title, detail } = notice(useText(), reason);
  return (
    <>
      <strong className="font-semibold">{title}.</strong> {detail}
    </>
  );
}

/** How far bytes have come. */
export function Bar(props: { progress: ModelProgress; label: string; still?: boolean; className?: string }) {
  const at = percent(props.progress);
  return (
    <div
      role="progressbar"
      aria-label={props.label}
      aria-valuenow={at}
      aria-valuemin={0}
      aria-valuemax={100}
      className={`h-2 overflow-hidden rounded-full bg-sunken ${props.className ?? ""}`}
    >
      <div
        className={`h-full rounded-full transition-[width] ${props.still ? "bg-edge" : "bg-accent"}`}
        style={{ width: `${at}%` }}
      />
    </div>
  );
}
