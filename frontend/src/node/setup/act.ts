import { useCallback, useRef, useState } from "react";
import { useText } from "../../lib/i18n";
import { wordsOf } from "../../lib/said";

/**
 * Does one thing at a time and keeps what went wrong. No cache holds what went
 * through it, since that may be a secret.
 */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const t = useText();
  const [problem, setProblem] = useState<unknown>(null);
  const running = useRef(false);
  const act = useCallback(async (what: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await what();
    } catch (err) {
      setProblem(err);
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  return { busy, problem: problem === null ? "" : wordsOf(t, problem), act };
}
