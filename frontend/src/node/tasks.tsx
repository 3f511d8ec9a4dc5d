import { Link } from "wouter";
import type { State } from "../lib/api.gen";
import { ago } from "../lib/format";
import { locale, useText } from "../lib/i18n";
import { Amount, Card } from "./card";

/** The stages of the node's own table, and how many of the four parts of a task are then behind it. */
const stages = {
  fetching: 0,
  running: 1,
  committing: 2,
  committed: 2,
  revealing: 3,
  revealed: 3,
  missed: 4,
  ended: 4,
} as const;

function isStage(stage: string): stage is keyof typeof stages {
  return stage in stages;
}

export function CurrentTask({ state }: { state: State }) {
  const t = useText();
  const { task, node } = state;
  if (!task) {
    const inNetwork = node.status === "running" || node.status === "working";
    const why = inNetwork
      ? "home.noTaskRunning"
      : node.status === "paused"
        ? "home.noTaskPaused"
        : "home.noTaskStopped";
    return (
      <Card title={t("home.task")}>
        <p className="mt-2 text-sm font-medium">{t("home.noTask")}</p>
        <p className="mt-0.5 text-sm text-soft">{t(why)}</p>
      </Card>
    );
  }
  const known = isStage(task.stage) ? task.stage : undefined;
  const at = known ? stages[known] : 0;
  return (
    <Card
      title={t("home.task")}
      aside={<span className="numbers text-[13px] text-soft">{t("home.taskNumber", { id: String(task.id) })}</span>}
    >
      <div className="mt-2 flex items-baseline justify-between gap-4">
        <p data-testid="task-stage" className="text-sm font-medium">
          {known ? t(`stage.${known}`) : task.stage}
        </p>
        <p className="numbers text-sm">
          {task.images > 0
            ? t("home.images", { image: task.image, images: task.images, step: task.step, steps: task.steps })
            : t("home.tokens", { count: task.tokens })}
        </p>
      </div>
      <ol className="mt-3 grid grid-cols-4 gap-1.5" aria-hidden="true">
        {[0, 1, 2, 3].map((part) => (
          <li
            key={part}
            className={`h-1.5 rounded-full ${part < at ? "bg-good" : part === at ? "animate-breathe bg-good" : "bg-line"}`}
          />
        ))}
      </ol>
      <p className="mt-3 truncate text-[13px] text-soft">{task.model}</p>
    </Card>
  );
}

export function RecentTasks({ state }: { state: State }) {
  const t = useText();
  const recent = state.recent ?? [];
  const now = Date.parse(state.now);
  return (
    <Card title={t("home.recent")}>
      {recent.length === 0 ? (
        <p className="mt-2 text-sm text-soft">{t("home.noRecent")}</p>
      ) : (
        <ul className="numbers mt-2 divide-y divide-line text-sm">
          {recent.map((r) => (
            <li key={r.id} className="flex min-h-12 items-center gap-4 py-1.5">
              <div className="min-w-0 flex-1">
                <p className="truncate">
                  <Link href={`/earnings/task/${r.id}`} className="underline-offset-2 hover:underline">
                    {t("home.taskNumber", { id: String(r.id) })}
                  </Link>
                  <span className="text-soft"> · {r.model.split("/").at(-1)}</span>
                </p>
                <p className="text-xs text-soft">
                  {r.outcome} · {ago(Date.parse(r.ended_at), now, locale)}
                </p>
              </div>
              {r.slashed ? (
                <span className="rounded-full bg-bad-tint px-2.5 py-0.5 text-xs font-medium text-bad">
                  {t("home.slashed")}
                </span>
              ) : (
                <Amount wei={r.paid} className="text-[15px] font-medium" />
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
