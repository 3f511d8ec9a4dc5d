import { TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import { Link } from "wouter";
import type { Agent } from "../../lib/agent";
import type { EarningsTask } from "../../lib/api.gen";
import { ago } from "../../lib/format";
import { locale, useText } from "../../lib/i18n";
import { wordsOf } from "../../lib/said";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Amount, Card } from "../card";
import { type Kind, type Range, useTasks } from "./asking";
import { Blank } from "./blank";
import { outcomeOf, tones } from "./outcome";
import { Segments } from "./segments";

const kinds: Kind[] = ["", "text", "images"];

/** The tasks of the range; each opens its receipt. */
export function TaskList(props: { agent: Agent; range: Range; kind: Kind; onKind: (kind: Kind) => void; now: number }) {
  const { agent, range, kind, onKind, now } = props;
  const t = useText();
  const tasks = useTasks(agent, range, kind);
  const all = tasks.data?.pages.flatMap((p) => p.tasks) ?? [];
  const { hasNextPage, isFetching, isError, fetchNextPage } = tasks;
  // The agent looks at so many at a time, and may have found none among them.
  const none = tasks.data?.pages.at(-1)?.tasks.length === 0;
  useEffect(() => {
    if (none && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [none, hasNextPage, isFetching, isError, fetchNextPage]);
  return (
    <Card
      title={t("earnings.tasks")}
      aside={
        <Segments
          label={t("earnings.filter")}
          name="kind"
          options={kinds.map((k) => [k, t(`earnings.filter.${k || "all"}`)])}
          chosen={kind}
          onChoose={onKind}
        />
      }
    >
      {isError ? (
        <div className="mt-3">
          <Notice
            kind="bad"
            icon={<TriangleAlert />}
            title={t("earnings.failed")}
            detail={wordsOf(t, tasks.error)}
            action={<Button onClick={() => void tasks.refetch()}>{t("retry")}</Button>}
          />
        </div>
      ) : !tasks.data || (all.length === 0 && hasNextPage) ? (
        <Blank className="mt-3 h-48" />
      ) : all.length === 0 ? (
        <p className="mt-3 pb-1 text-sm text-soft">{t("earnings.noTasks")}</p>
      ) : (
        <ul className="numbers mt-1.5 divide-y divide-line text-sm" data-testid="tasks">
          {all.map((task) => (
            <Row key={task.id} task={task} now={now} />
          ))}
        </ul>
      )}
      {hasNextPage && all.length > 0 && (
        <Button
          className="mt-2 w-full"
          disabled={tasks.isFetchingNextPage}
          onClick={() => void fetchNextPage()}
          data-testid="more"
        >
          {t(tasks.isFetchingNextPage ? "earnings.loading" : "earnings.more")}
        </Button>
      )}
    </Card>
  );
}

function Row({ task, now }: { task: EarningsTask; now: number }) {
  const t = useText();
  const outcome = outcomeOf(task);
  return (
    <li>
      <Link
        href={`/earnings/task/${task.id}`}
        data-testid="task"
        data-wei={task.paid}
        className="-mx-2 flex min-h-12 items-center gap-4 rounded-lg px-2 py-1.5 hover:bg-sunken"
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate">
            {t(`earnings.kind.${task.kind}`)}
            {task.model && <span className="text-soft"> · {task.model.split("/").at(-1)}</span>}
          </span>
          <span className="block text-xs text-soft">{ago(Date.parse(task.ended_at), now, locale)}</span>
        </span>
        {outcome !== "paid" && (
          <span className={`shrink-0 rounded-full px-2.5 py-0.5 text-xs font-medium ${tones[outcome]}`}>
            {t(`earnings.outcome.${outcome}`)}
          </span>
        )}
        <Amount wei={task.paid} className="text-[15px] font-medium whitespace-nowrap" />
      </Link>
    </li>
  );
}
