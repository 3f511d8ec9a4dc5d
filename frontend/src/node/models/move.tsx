import { FolderOpen, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { type Agent, folderDialog } from "../../lib/agent";
import type { FolderPreview, ModelMove } from "../../lib/api.gen";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Card } from "../card";
import { useAct } from "../setup/act";
import { Field, Problem } from "../setup/frame";
import { Names } from "./disk";
import { Bar, Why } from "./downloads";
import { progressText, size } from "./words";

/** A move that is under way. */
export function MoveCard({ agent, move, stale }: { agent: Agent; move: ModelMove; stale: boolean }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const copies = move.stage === "copies";
  const text = copies
    ? move.progress.stage === "checking"
      ? t("models.download.checking")
      : progressText(t, move.progress)
    : t(move.stage === "clears" ? "models.moving.clears" : "models.moving.undoes");
  return (
    <Card title={t("models.moving")}>
      <div data-testid="move" data-stage={move.stage} className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <p className="font-medium [overflow-wrap:anywhere]">
            {t("models.moving.to", { folder: move.stage === "undoes" ? move.from : move.to })}
          </p>
          <p className="numbers mt-0.5 text-[13px] text-soft" role="status">
            {text}
          </p>
        </div>
        {move.reason && (
          <Button disabled={busy || stale} onClick={() => act(() => agent.ask("retryMoveModels").then(() => {}))}>
            {t("models.moving.retry")}
          </Button>
        )}
        {copies && (
          <Button disabled={busy || stale} onClick={() => act(() => agent.ask("cancelMoveModels").then(() => {}))}>
            {t("models.moving.cancel")}
          </Button>
        )}
      </div>
      {copies && <Bar progress={move.progress} label={t("models.moving")} still={!!move.reason} className="mt-3" />}
      {move.reason && (
        <p role="alert" className="mt-2.5 flex gap-2 text-[13px] leading-relaxed">
          <TriangleAlert className="mt-0.5 size-4 shrink-0 text-wait" aria-hidden="true" />
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <Why reason={move.reason} />
          </span>
        </p>
      )}
      <Problem text={problem} />
    </Card>
  );
}

interface DialogProps {
  agent: Agent;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Where to, what that takes, and then the word to do it. */
export function MoveDialog({ agent, open, onOpenChange }: DialogProps) {
  const t = useText();
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("models.move.title")}
      description={t("models.move.text")}
      testId="move-dialog"
    >
      {open && <MoveForm agent={agent} onDone={() => onOpenChange(false)} />}
    </Dialog>
  );
}

const example = /win/i.test(navigator.userAgent) ? "D:\\Helium models" : "/media/disk/models";

function MoveForm({ agent, onDone }: { agent: Agent; onDone: () => void }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [folder, setFolder] = useState("");
  const [plan, setPlan] = useState<FolderPreview | null>(null);
  const look = (at: string) =>
    act(async () => {
      setPlan(null);
      setPlan(await agent.ask<FolderPreview>("lookAtModelFolder", at));
    });
  const change = (to: string) => {
    setFolder(to);
    setPlan(null);
  };
  return (
    <form
      className="grid gap-3"
      onSubmit={(e) => {
        e.preventDefault();
        if (!plan) {
          void look(folder);
          return;
        }
        void act(async () => {
          await agent.ask("moveModels", folder);
          onDone();
        });
      }}
    >
      <FolderField
        label={t("models.move.field")}
        help={t("models.move.help", { example })}
        value={folder}
        onChange={change}
        onChosen={look}
      />
      {plan && (
        <div role="status" className="grid gap-2 rounded-xl border border-line bg-sunken px-4 py-3 text-sm">
          <dl className="numbers grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
            <dt className="text-soft">{t("models.move.to")}</dt>
            <dd className="[overflow-wrap:anywhere]">{plan.folder}</dd>
            <dt className="text-soft">{t("models.move.size")}</dt>
            <dd>{size(plan.bytes)}</dd>
            <dt className="text-soft">{t("models.move.free")}</dt>
            <dd>{size(plan.free)}</dd>
          </dl>
          <p>{plan.same_disk ? t("models.move.same") : t("models.move.copies", { size: size(plan.copies) })}</p>
          {plan.stay.length > 0 && (
            <div>
              <p>{t("models.move.stay", { count: plan.stay.length })}</p>
              <Names ids={plan.stay} />
            </div>
          )}
        </div>
      )}
      <Problem text={problem} />
      <div className="flex justify-end gap-2.5">
        <Button onClick={onDone}>{t("cancel")}</Button>
        <Button type="submit" kind="primary" disabled={busy || folder.trim() === ""}>
          {t(plan ? "models.move.start" : busy ? "models.move.looking" : "models.move.look")}
        </Button>
      </div>
    </form>
  );
}

/** A folder by its path, or in the desktop window by the system's dialog. */
function FolderField(props: {
  label: string;
  help?: string;
  value: string;
  onChange: (folder: string) => void;
  onChosen?: (folder: string) => void;
}) {
  const t = useText();
  const choose = folderDialog();
  return (
    <div className="flex items-start gap-2.5">
      <div className="min-w-0 flex-1">
        <Field
          label={props.label}
          help={props.help}
          value={props.value}
          onChange={(e) => props.onChange(e.target.value)}
        />
      </div>
      {choose && (
        <Button
          className="mt-[1.85rem] h-11"
          onClick={async () => {
            const folder = await choose(t("models.move.dialog"));
            if (!folder) return;
            props.onChange(folder);
            props.onChosen?.(folder);
          }}
        >
          <FolderOpen className="size-4" />
          {t("models.move.choose")}
        </Button>
      )}
    </div>
  );
}

/** Another folder, where the disk with the present one is lost. */
export function GoneDialog({ agent, open, onOpenChange, folder: lost }: DialogProps & { folder: string }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [folder, setFolder] = useState("");
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("models.gone.title")}
      description={t("models.gone.text", { folder: lost })}
      testId="gone-dialog"
    >
      <form
        className="grid gap-3"
        onSubmit={(e) => {
          e.preventDefault();
          void act(async () => {
            await agent.ask("useModelFolder", folder.trim());
            onOpenChange(false);
          });
        }}
      >
        <FolderField label={t("models.gone.field")} value={folder} onChange={setFolder} />
        <Problem text={problem} />
        <div className="flex flex-wrap justify-end gap-2.5">
          <Button onClick={() => onOpenChange(false)}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" disabled={busy}>
            {t(folder.trim() === "" ? "models.gone.usual" : "models.gone.action")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
