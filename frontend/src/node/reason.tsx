import { LoaderCircle, TriangleAlert } from "lucide-react";
import { toast } from "sonner";
import { useLocation } from "wouter";
import type { Agent } from "../lib/agent";
import type { Reason, State } from "../lib/api.gen";
import { useText } from "../lib/i18n";
import { wordsOf } from "../lib/said";
import { Button } from "../ui/button";
import { Notice } from "../ui/notice";
import { type Remedy, tell } from "./reasons";
import { useAct } from "./setup/act";

interface Props {
  agent: Agent;
  state: State;
  stale: boolean;
  reason: Reason;
}

/** Why the node does not earn, and the one thing to do about it. */
export function ReasonNotice({ agent, state, stale, reason }: Props) {
  const t = useText();
  const [at] = useLocation();
  const { title, detail, facts, remedy } = tell(t, state, reason);
  const here = remedy?.do === "go" && remedy.path === at;
  return (
    <div data-testid="reason" data-code={reason.code}>
      <Notice
        kind={state.node.status === "blocked" ? "bad" : reason.code === "no_demand" ? "plain" : "wait"}
        icon={<TriangleAlert />}
        title={title}
        detail={detail}
        facts={facts}
        action={remedy && !here && <RemedyButton agent={agent} stale={stale} remedy={remedy} />}
      />
    </div>
  );
}

function RemedyButton({ agent, stale, remedy }: { agent: Agent; stale: boolean; remedy: Remedy }) {
  const t = useText();
  const [, go] = useLocation();
  const { busy, act } = useAct();
  const click = () => {
    if (remedy.do === "go") return go(remedy.path);
    void act(async () => {
      try {
        if (remedy.do === "call") await agent.call(remedy.method);
        else await agent.ask(remedy.method);
      } catch (err) {
        toast.error(t("action.failed"), { description: wordsOf(t, err) });
      }
    });
  };
  return (
    <Button data-testid="remedy" disabled={busy || (stale && remedy.do !== "go")} onClick={click}>
      {busy && <LoaderCircle className="size-4 animate-turn" />}
      {t(busy ? "reason.act.doing" : remedy.label)}
    </Button>
  );
}
