import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Boxes, HardDrive, Plus, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { Model, ModelList } from "../../lib/api.gen";
import { ago } from "../../lib/format";
import { locale, useText } from "../../lib/i18n";
import { notice, wordsOf } from "../../lib/said";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Mark } from "../../ui/mark";
import { Notice } from "../../ui/notice";
import { Card } from "../card";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Problem } from "../setup/frame";
import { AddDialog } from "./add";
import { DiskCard } from "./disk";
import { Downloads } from "./downloads";
import { GoneDialog, MoveCard, MoveDialog } from "./move";
import { memory, shortName, size } from "./words";

type Open = "add" | "move" | "gone" | null;

/** Models: what is here and why, what is on its way, and how much of the disk that takes. */
export function ModelsScreen({ agent, state, stale }: ScreenProps) {
  const t = useText();
  const { revision, downloads, leaving, move } = state.models;
  const [open, setOpen] = useState<Open>(null);
  const list = useQuery({
    queryKey: ["models", revision],
    queryFn: () => agent.ask<ModelList>("models"),
    placeholderData: keepPreviousData,
    enabled: !stale,
    retry: 1,
    // What is free on the disk changes by itself.
    refetchInterval: 20_000,
  });
  const close = (isOpen: boolean) => !isOpen && setOpen(null);
  const data = list.data;
  return (
    <div className="mx-auto grid w-full max-w-5xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4 sm:px-7 sm:py-6">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          <h1 className="text-xl font-semibold tracking-tight">{t("models.title")}</h1>
          <p className="mt-1 max-w-2xl text-sm leading-relaxed text-soft text-pretty">{t("models.lead")}</p>
        </div>
        <Button kind="primary" disabled={stale || !data || !!data.reason} onClick={() => setOpen("add")}>
          <Plus className="size-4" />
          {t("models.add")}
        </Button>
      </header>
      {move && <MoveCard agent={agent} move={move} stale={stale} />}
      <Downloads agent={agent} downloads={downloads} stale={stale} />
      {!data && list.isError && (
        <Notice
          kind="bad"
          icon={<TriangleAlert />}
          title={t("models.broken")}
          detail={wordsOf(t, list.error)}
          action={<Button onClick={() => list.refetch()}>{t("retry")}</Button>}
        />
      )}
      {!data && !list.isError && (
        <p role="status" className="flex items-center gap-3 py-8 text-sm text-soft">
          <Mark size={24} className="animate-breathe" />
          {t("models.loading")}
        </p>
      )}
      {data?.reason && (
        <Notice
          kind="bad"
          icon={<HardDrive />}
          {...notice(t, data.reason)}
          action={<Button onClick={() => setOpen("gone")}>{t("models.gone.other")}</Button>}
        />
      )}
      {data && !data.reason && (
        <>
          <DiskCard agent={agent} list={data} moving={!!move} stale={stale} onMove={() => setOpen("move")} />
          <Card title={t("models.here")}>
            {data.models.length === 0 ? (
              <div className="flex flex-col items-center px-4 py-8 text-center">
                <Boxes className="size-8 text-soft" aria-hidden="true" />
                <p className="mt-3 font-medium">{t("models.none")}</p>
                <p className="mt-1 text-sm text-soft">{t("models.noneText")}</p>
              </div>
            ) : (
              <ul className="mt-1 divide-y divide-line">
                {data.models.map((m) => (
                  <Row
                    key={m.id}
                    agent={agent}
                    model={m}
                    leaving={leaving.find((l) => l.id === m.id)}
                    stale={stale || !!move}
                  />
                ))}
              </ul>
            )}
          </Card>
          <AddDialog agent={agent} list={data} open={open === "add"} onOpenChange={close} />
          <MoveDialog agent={agent} open={open === "move"} onOpenChange={close} />
        </>
      )}
      {data && <GoneDialog agent={agent} folder={data.folder} open={open === "gone"} onOpenChange={close} />}
    </div>
  );
}

type Leaving = ScreenProps["state"]["models"]["leaving"][number];

function Row(props: { agent: ScreenProps["agent"]; model: Model; leaving?: Leaving; stale: boolean }) {
  const { agent, model: m, leaving, stale } = props;
  const t = useText();
  const [asking, ask] = useState(false);
  const { busy, problem, act } = useAct();
  const name = shortName(m.name, t);
  const facts = [t(`models.why.${m.why}`)];
  if (m.last_task) facts.push(t("models.used", { when: when(m.last_task) }));
  else if (m.came && m.why !== "built_in") facts.push(t("models.came", { when: when(m.came) }));
  if (m.shares.length > 0) facts.push(t("models.shares", { count: m.shares.length }));
  const mayGo = m.why !== "built_in" && m.why !== "foreign";
  return (
    <li data-testid="model" data-id={m.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium [overflow-wrap:anywhere]" title={m.name}>
            {name}
          </span>
          {m.why !== "unfinished" && <Tag>{t(`models.kind.${m.kind}`)}</Tag>}
          {m.in_use && !leaving && <Tag tone="good">{t("models.inUse")}</Tag>}
          {!m.fits && <Tag tone="wait">{t("models.large")}</Tag>}
        </p>
        <p className="mt-0.5 text-[13px] text-soft text-pretty">{facts.join(" · ")}</p>
        {!m.fits && (
          <p className="mt-0.5 text-[13px] text-soft text-pretty">
            {t("models.largeText", { memory: memory(m.memory) })}
          </p>
        )}
        {leaving && (
          <p role="status" className="mt-1 text-[13px] font-medium text-wait">
            {leaving.reason
              ? [leaving.reason.title, leaving.reason.action].filter(Boolean).join(". ")
              : t(leaving.stage === "tells" ? "models.leaving" : "models.removing")}
          </p>
        )}
        <Problem text={asking ? "" : problem} />
      </div>
      <span className="numbers text-sm whitespace-nowrap text-soft">{size(m.bytes)}</span>
      <span className="flex min-w-22 justify-end gap-2">
        {leaving
          ? leaving.stage === "tells" && (
              <Button
                disabled={busy || stale}
                aria-label={t("models.keepName", { name })}
                onClick={() => act(() => agent.ask("keepModel", m.id).then(() => {}))}
              >
                {t("models.keep")}
              </Button>
            )
          : mayGo && (
              <>
                {m.why === "unfinished" && (
                  <Button
                    disabled={busy || stale}
                    onClick={() => act(() => agent.ask("fetchModel", m.id).then(() => {}))}
                  >
                    {t("models.goOn")}
                  </Button>
                )}
                <Button
                  kind="danger"
                  disabled={busy || stale}
                  aria-label={t("models.deleteName", { name })}
                  onClick={() => ask(true)}
                >
                  {t("models.delete")}
                </Button>
              </>
            )}
      </span>
      <Dialog open={asking} onOpenChange={ask} title={t("models.delete.title", { name })} testId="delete-model">
        <div className="grid gap-2 text-sm leading-relaxed">
          {m.why === "unfinished" ? (
            <p>{t("models.delete.part", { size: size(m.frees) })}</p>
          ) : (
            <>
              <p>{t("models.delete.text")}</p>
              {m.last_task && <p>{t("models.delete.tasks", { when: when(m.last_task) })}</p>}
              <p>{m.frees > 0 ? t("models.delete.frees", { size: size(m.frees) }) : t("models.delete.freesNone")}</p>
            </>
          )}
          <Problem text={problem} />
          <div className="mt-3 flex justify-end gap-2.5">
            <Button onClick={() => ask(false)}>{t("models.keep")}</Button>
            <Button
              kind="danger"
              disabled={busy}
              onClick={() =>
                act(async () => {
                  await agent.ask("deleteModel", m.id);
                  ask(false);
                })
              }
            >
              {t("models.delete.action")}
            </Button>
          </div>
        </div>
      </Dialog>
    </li>
  );
}

const when = (iso: string) => ago(new Date(iso).getTime(), Date.now(), locale);

function Tag({ tone, children }: { tone?: "good" | "wait"; children: string }) {
  const look = { good: "bg-good-tint text-good", wait: "bg-wait-tint text-wait", plain: "bg-sunken text-soft" };
  return (
    <span className={`rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${look[tone ?? "plain"]}`}>
      {children}
    </span>
  );
}
