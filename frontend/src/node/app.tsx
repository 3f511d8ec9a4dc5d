import clsx from "clsx";
import { House, KeyRound, MessageSquare, Unplug } from "lucide-react";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { Toaster } from "sonner";
import { Link, Route, Switch } from "wouter";
import type { Agent, AgentView } from "../lib/agent";
import type { State } from "../lib/api.gen";
import { useText } from "../lib/i18n";
import { openOutside, tellShown } from "../lib/native";
import { Button } from "../ui/button";
import { Mark } from "../ui/mark";
import { Notice } from "../ui/notice";
import { Home } from "./home";
import { FirstRun } from "./setup/first-run";
import { Unlock } from "./setup/unlock";

/** The node app: a sidebar and one screen, showing the agent's state as it changes. */
export function App({ agent }: { agent: Agent }) {
  const view = useSyncExternalStore(agent.listen, () => agent.view);
  const { state } = view;
  const known = state !== null;
  useEffect(() => {
    if (known) tellShown();
  }, [known]);
  if (state && view.link !== "refused") {
    const stale = view.link !== "connected";
    if (state.node.reason?.code === "wallet_locked") return <Unlock agent={agent} stale={stale} />;
    if (state.setup) return <FirstRun agent={agent} state={state} setup={state.setup} stale={stale} />;
  }
  return (
    <div className="flex h-dvh flex-col overflow-hidden md:flex-row">
      <Sidebar state={view.state} />
      <main className="min-h-0 min-w-0 flex-1 overflow-y-auto">
        <Screen agent={agent} view={view} />
      </main>
      <Toaster position="bottom-center" theme="system" />
    </div>
  );
}

function Screen({ agent, view }: { agent: Agent; view: AgentView }) {
  const t = useText();
  if (view.link === "refused") {
    return <Alone icon={<KeyRound />} title={t("node.refused.title")} text={t("node.refused.detail")} />;
  }
  if (!view.state) {
    if (view.link !== "lost")
      return <Alone icon={<Mark size={44} className="animate-breathe" />} title={t("node.connecting")} />;
    return (
      <Alone icon={<Unplug />} title={t("node.lost.title")} text={t("node.lost.first")}>
        <Button kind="primary" onClick={() => agent.retry()}>
          {t("retry")}
        </Button>
      </Alone>
    );
  }
  const state = view.state;
  return (
    <>
      {view.link === "lost" && (
        <div className="px-4 pt-4 sm:px-7">
          <Notice
            kind="wait"
            icon={<Unplug />}
            title={t("node.lost.title")}
            detail={t("node.lost.detail")}
            action={<Button onClick={() => agent.retry()}>{t("retry")}</Button>}
          />
        </div>
      )}
      <Switch>
        <Route>
          <Home agent={agent} state={state} stale={view.link !== "connected"} />
        </Route>
      </Switch>
    </>
  );
}

function Alone(props: { icon: ReactNode; title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="grid h-full place-items-center px-6" role="status">
      <div className="flex max-w-sm flex-col items-center text-center">
        <span className="text-soft [&_svg:not([width])]:size-9">{props.icon}</span>
        <h1 className="mt-4 text-lg font-semibold text-balance">{props.title}</h1>
        {props.text && <p className="mt-1.5 mb-5 text-sm leading-relaxed text-soft">{props.text}</p>}
        {props.children}
      </div>
    </div>
  );
}

function Sidebar({ state }: { state: State | null }) {
  const t = useText();
  const entry = "touch flex h-9 items-center gap-2.5 rounded-lg px-3 text-sm [&_svg]:size-[17px]";
  return (
    <nav
      aria-label={t("node.title")}
      className="drag flex shrink-0 items-center gap-2 border-line bg-side px-3 max-md:h-13 max-md:border-b md:w-52 md:flex-col md:items-stretch md:border-e md:py-4"
    >
      <p className="flex items-center gap-2.5 text-[15px] font-semibold md:px-2 md:pb-4 md:mac-window:pt-6">
        <Mark size={26} />
        {t("node.title")}
      </p>
      <Link href="/" className={clsx(entry, "max-md:hidden", "bg-tint font-medium")} aria-current="page">
        <House />
        {t("node.home")}
      </Link>
      <span className="flex-1" />
      {state?.network.chat_url && (
        <a
          href={state.network.chat_url}
          target="_blank"
          rel="noreferrer"
          onClick={openOutside}
          className={clsx(entry, "text-soft hover:bg-sunken hover:text-ink")}
        >
          <MessageSquare />
          {t("node.chat")}
        </a>
      )}
      {state && (
        <p className="px-3 pt-2 text-xs text-soft max-md:hidden">{t("node.version", { version: state.version })}</p>
      )}
    </nav>
  );
}
