import { useCallback, useRef, useState } from "react";

/**
 * Does one thing at a time and keeps what went wrong. No cache holds what went
 * through it, since that may be a secret.
 */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const running = useRef(false);
  const act = useCallback(async (what: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem("");
    try {
      await what();
    } catch (err) {
      setProblem(err instanceof Error ? err.message : String(err));
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  return { busy, problem, act };
}
