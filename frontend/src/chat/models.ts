import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { type Bridge, ChatProblem, type Model, type ProblemCode } from "../lib/chat";

export interface Models {
  list: Model[];
  loading: boolean;
  /** What is in the way of asking, if anything. */
  problem?: ProblemCode | "offline" | "noModels";
  detail?: string;
  retry: () => void;
  retrying: boolean;
  /** The wished model when it can be run, else the first that can and makes texts, else the first. */
  choose: (wished?: string) => Model | undefined;
}

/** The models that can be run now, which is also how the page knows whether its bridge is there. */
export function useModels(bridge: Bridge): Models {
  const online = useSyncExternalStore(listenOnline, () => navigator.onLine);
  const query = useQuery({
    queryKey: ["models"],
    queryFn: ({ signal }) => bridge.models(signal),
    networkMode: "always",
    retry: false,
    staleTime: 60_000,
    // While something is in the way, look again by ourselves.
    refetchInterval: (q) => (q.state.status === "error" || q.state.data?.length === 0 ? 5000 : false),
  });
  const list = query.data ?? [];
  const failed = query.error instanceof ChatProblem ? query.error : undefined;
  const problem = !online && query.isError ? "offline" : query.isError ? (failed?.code ?? "broken") : undefined;
  return {
    list,
    loading: query.isPending,
    problem: problem ?? (query.isSuccess && list.length === 0 ? "noModels" : undefined),
    detail: failed?.detail,
    retry: () => void query.refetch(),
    retrying: query.isFetching,
    choose: (wished) => list.find((m) => m.id === wished) ?? list.find((m) => m.makes === "text") ?? list[0],
  };
}

function listenOnline(tell: () => void) {
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  return () => {
    window.removeEventListener("online", tell);
    window.removeEventListener("offline", tell);
  };
}
