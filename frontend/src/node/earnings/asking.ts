import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Agent } from "../../lib/agent";
import type { CSVPart, EarningsReport, State, TaskReceipt, TasksPage, TasksQuery } from "../../lib/api.gen";

export type Range = EarningsReport["range"];
/** The kind that a list is narrowed to; empty for all. */
export type Kind = "" | "text" | "images";

/** What a range brought. */
export function useReport(agent: Agent, range: Range) {
  return useQuery({
    queryKey: ["earnings", "report", range],
    queryFn: () => agent.ask<EarningsReport>("earnings", range),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000, // a day ends also when nothing comes in
    retry: 1,
  });
}

const query = (range: Range, kind: Kind, before: number) => ({ range, kind, before }) as TasksQuery;

/** The tasks of a range, newest first, as far as they were asked for. */
export function useTasks(agent: Agent, range: Range, kind: Kind) {
  return useInfiniteQuery({
    queryKey: ["earnings", "tasks", range, kind],
    queryFn: ({ pageParam }) => agent.ask<TasksPage>("earningsTasks", query(range, kind, pageParam)),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.next > 0 ? last.next : undefined),
    placeholderData: keepPreviousData,
    retry: 1,
  });
}

export function useReceipt(agent: Agent, id: number) {
  return useQuery({
    queryKey: ["earnings", "receipt", id],
    queryFn: () => agent.ask<TaskReceipt>("taskReceipt", id),
    retry: 1,
  });
}

/** Asks anew when the state says that something came in, was settled or was withdrawn. */
export function useFresh(state: State) {
  const queries = useQueryClient();
  const { earnings, recent, task } = state;
  const mark = [earnings.total, earnings.credited, earnings.tasks_total, recent?.[0]?.id, task?.id].join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the mark stands for what is asked for
  useEffect(() => void queries.invalidateQueries({ queryKey: ["earnings"] }), [mark, queries]);
}

/** The whole file of a range's tasks. */
export async function fileOf(agent: Agent, range: Range, kind: Kind): Promise<string> {
  let text = "";
  let before = 0;
  do {
    const part = await agent.ask<CSVPart>("earningsCSV", query(range, kind, before));
    text += part.text;
    before = part.next;
  } while (before > 0);
  return text;
}
