import { LoaderCircle } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Agent } from "../../lib/agent";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { useAct } from "./act";
import { Field, Frame, Problem } from "./frame";

/** A wallet that only its owner opens. */
export function Unlock({ agent, stale }: { agent: Agent; stale: boolean }) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [passphrase, setPassphrase] = useState("");
  const unlock = (e: FormEvent) => {
    e.preventDefault();
    void act(() => agent.ask("unlockWallet", passphrase).then(() => setPassphrase("")));
  };
  return (
    <Frame
      stale={stale}
      title={t("unlock.title")}
      text={t("unlock.text")}
      foot={
        <Button
          type="submit"
          form="unlock"
          kind="primary"
          className="h-11 px-6"
          disabled={busy || stale || !passphrase}
        >
          {busy && <LoaderCircle className="size-4 animate-turn" />}
          {t(busy ? "unlock.working" : "unlock.action")}
        </Button>
      }
    >
      <form id="unlock" onSubmit={unlock} className="max-w-sm">
        <Field
          type="password"
          label={t("unlock.passphrase")}
          autoComplete="current-password"
          value={passphrase}
          onChange={(e) => setPassphrase(e.target.value)}
        />
        <Problem text={problem} />
      </form>
    </Frame>
  );
}
