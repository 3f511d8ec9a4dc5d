import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Agent } from "../../lib/agent";
import type { LimitPreview, ModelList } from "../../lib/api.gen";
import { useText } from "../../lib/i18n";
import { wordsOf } from "../../lib/said";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Card } from "../card";
import { useAct } from "../setup/act";
import { Choice, Field, Problem } from "../setup/frame";
import { shortName, size, typedGigabytes } from "./words";

/** How much of the disk the models take, where they are, and how much they may take. */
export function DiskCard(props: {
  agent: Agent;
  list: ModelList;
  moving: boolean;
  stale: boolean;
  onMove: () => void;
}) {
  const { agent, list, moving, stale, onMove } = props;
  const t = useText();
  const [open, setOpen] = useState(false);
  const { fetched, made, others, limit, free } = list.disk;
  const used = fetched + made;
  const parts = [
    { name: t("models.disk.models"), bytes: fetched, look: "bg-accent" },
    { name: t("models.disk.made"), bytes: made, look: "bg-good" },
    { name: t("models.disk.others"), bytes: others, look: "bg-edge" },
    { name: t("models.disk.rest"), bytes: free, look: "bg-sunken border border-line" },
  ].filter((p) => p.bytes > 0);
  const all = parts.reduce((sum, p) => sum + p.bytes, 0);
  return (
    <Card title={t("models.disk")}>
      <div className="mt-1 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <p className="numbers" data-testid="disk-used" data-limit={limit}>
          <span className="text-xl font-semibold tracking-tight">{t("models.disk.used", { used: size(used) })}</span>{" "}
          <span className="text-sm text-soft">
            {limit > 0 ? t("models.disk.ofLimit", { limit: size(limit) }) : t("models.disk.noLimit")}
          </span>
        </p>
        {free > 0 && <p className="numbers text-sm text-soft">{t("models.disk.free", { free: size(free) })}</p>}
      </div>
      {all > 0 && (
        <>
          <div className="mt-2.5 flex h-2.5 gap-px overflow-hidden rounded-full" aria-hidden="true">
            {parts.map((p) => (
              <span key={p.name} className={p.look} style={{ flexGrow: p.bytes, minWidth: 4 }} />
            ))}
          </div>
          <ul className="numbers mt-2.5 flex flex-wrap gap-x-5 gap-y-1 text-[13px] text-soft">
            {parts.map((p) => (
              <li key={p.name} className="flex items-center gap-1.5">
                <span className={`size-2.5 rounded-full ${p.look}`} aria-hidden="true" />
                {p.name} {size(p.bytes)}
              </li>
            ))}
          </ul>
        </>
      )}
      {limit > 0 && used > limit && (
        <p className="mt-2 text-[13px] font-medium text-wait">{t("models.disk.over", { size: size(used - limit) })}</p>
      )}
      <div className="mt-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line pt-3">
        <div className="min-w-0 flex-1 basis-64 text-[13px]">
          <p className="flex items-center gap-1">
            <span className="min-w-0 [overflow-wrap:anywhere]" data-testid="folder">
              {list.folder}
            </span>
            <CopyButton text={list.folder} what={t("models.disk.copyFolder")} className="size-7 [&_svg]:size-3.5" />
          </p>
          {list.usual && <p className="text-soft">{t("models.disk.folderUsual")}</p>}
        </div>
        <span className="flex gap-2.5">
          <Button disabled={stale || moving} onClick={() => setOpen(true)}>
            {t("models.disk.limit")}
          </Button>
          <Button disabled={stale || moving} onClick={onMove}>
            {t("models.disk.move")}
          </Button>
        </span>
      </div>
      <Dialog open={open} onOpenChange={setOpen} title={t("models.limit.title")} testId="limit">
        {open && <LimitForm agent={agent} limit={limit} used={used} onDone={() => setOpen(false)} />}
      </Dialog>
    </Card>
  );
}

function LimitForm(props: { agent: Agent; limit: number; used: number; onDone: () => void }) {
  const { agent, limit, used, onDone } = props;
  const t = useText();
  const { busy, problem, act } = useAct();
  const [limited, setLimited] = useState(limit > 0);
  const [text, setText] = useState(String((limit > 0 ? limit : Math.max(Math.ceil(used / 1e9) * 2, 20) * 1e9) / 1e9));
  const bytes = limited ? typedGigabytes(text) : 0;
  const asked = useSettled(bytes);
  const preview = useQuery({
    queryKey: ["model-limit", asked],
    queryFn: () => agent.ask<LimitPreview>("lookAtModelLimit", asked),
    enabled: asked !== null,
    gcTime: 0,
  });
  const told = asked === bytes ? preview.data : undefined;
  return (
    <form
      className="grid gap-3"
      onSubmit={(e) => {
        e.preventDefault();
        if (!told || bytes === null) return;
        void act(async () => {
          await agent.ask("setModelLimit", bytes, told.going);
          onDone();
        });
      }}
    >
      <fieldset className="grid gap-2.5">
        <legend className="sr-only">{t("models.limit.title")}</legend>
        <Choice
          name="limit"
          value="none"
          checked={!limited}
          onChoose={() => setLimited(false)}
          title={t("models.limit.none")}
          text={t("models.limit.noneText")}
        />
        <Choice
          name="limit"
          value="some"
          checked={limited}
          onChoose={() => setLimited(true)}
          title={t("models.limit.some")}
          text={t("models.limit.someText")}
        />
      </fieldset>
      {limited && (
        <Field
          label={t("models.limit.field")}
          inputMode="decimal"
          value={text}
          aria-invalid={bytes === null}
          help={bytes === null ? t("models.limit.invalid") : undefined}
          onChange={(e) => setText(e.target.value)}
        />
      )}
      <div className="min-h-6 text-sm" role="status">
        {told && limited && <Going preview={told} />}
        {preview.isError && asked === bytes && <Problem text={wordsOf(t, preview.error)} />}
      </div>
      <Problem text={problem} />
      <div className="flex justify-end gap-2.5">
        <Button onClick={onDone}>{t("cancel")}</Button>
        <Button type="submit" kind={told && told.going.length > 0 ? "danger" : "primary"} disabled={busy || !told}>
          {t(told && told.going.length > 0 ? "models.limit.saveDelete" : "models.limit.save")}
        </Button>
      </div>
    </form>
  );
}

function Going({ preview }: { preview: LimitPreview }) {
  const t = useText();
  const { going, frees, over } = preview;
  return (
    <>
      {going.length === 0 && over === 0 && <p className="text-soft">{t("models.limit.stays")}</p>}
      {going.length > 0 && (
        <>
          <p>{t("models.limit.goes", { count: going.length, size: size(frees) })}</p>
          <Names ids={going} />
        </>
      )}
      {over > 0 && <p className="mt-1 text-wait">{t("models.limit.over", { size: size(over) })}</p>}
    </>
  );
}

/** Models by name, one a line. */
export function Names({ ids }: { ids: string[] }) {
  const t = useText();
  return (
    <ul className="mt-1 list-disc ps-5 font-medium">
      {ids.map((id) => (
        <li key={id} className="[overflow-wrap:anywhere]">
          {shortName(id, t)}
        </li>
      ))}
    </ul>
  );
}

/** A value once it has stayed the same for a moment. */
function useSettled<T>(value: T): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), 250);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
