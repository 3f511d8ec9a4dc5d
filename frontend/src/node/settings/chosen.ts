import { useEffect, useRef, useState } from "react";

interface Sent<T> {
  value: T;
  /** What the agent's state had when the agent had answered; unset before. */
  answered?: { kept: T };
}

/**
 * A choice that is shown as it is made: keys that follow each other quickly go on
 * from the last one, not from what the agent still has. The last choice holds, and
 * is shown until the agent's own state has it.
 */
export function useChosen<T>(kept: T, send: (value: T) => Promise<unknown>) {
  const [sent, setSent] = useState<Sent<T> | null>(null);
  const [problem, setProblem] = useState("");
  const latest = useRef(kept);
  latest.current = kept;
  const count = useRef(0);
  const turn = useRef(Promise.resolve());

  useEffect(() => {
    if (sent?.answered && (kept === sent.value || kept !== sent.answered.kept)) setSent(null);
  }, [sent, kept]);

  const choose = (value: T) => {
    const mine = ++count.current;
    const isLast = () => mine === count.current;
    setSent({ value });
    setProblem("");
    turn.current = turn.current.then(async () => {
      if (!isLast()) return;
      try {
        await send(value);
        if (isLast()) setSent({ value, answered: { kept: latest.current } });
      } catch (err) {
        if (!isLast()) return;
        setSent(null);
        setProblem(err instanceof Error ? err.message : String(err));
      }
    });
  };
  return { chosen: sent ? sent.value : kept, choose, problem };
}
