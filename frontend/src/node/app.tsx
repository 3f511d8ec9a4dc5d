import clsx from "clsx";
import { KeyRound, Unplug } from "lucide-react";
import { type ReactNode, Suspense, useEffect, useRef, useSyncExternalStore } from "react";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import type { Agent, AgentView } from "../lib/agent";
import type { State } from "../lib/api.gen";
import { isLanguage, useText } from "../lib/i18n";
import { tellShown } from "../lib/native";
import { Button } from "../ui/button";
import { Mark } from "../ui/mark";
import { Notice } from "../ui/notice";
import { Toasts } from "../ui/toasts";
import { chooseLanguage } from "./language";
import { showLook } from "./look";
import { fetchScreens, screens } from "./screens";
import { LanguageCorner } from "./settings/general";
import { FirstRun } from "./setup/first-run";
import { Corner } from "./setup/frame";
import { Unlock } from "./setup/unlock";

/** The node app: a sidebar and one screen, showing the agent's state as it changes. */
export function App({ agent }: { agent: Agent }) {
  const view = useSyncExternalStore(agent.listen, () => agent.view);
  const { state } = view;
  const { language = null, appearance = null } = state?.settings ?? {};
  // The agent keeps what was chosen; whoever changes it, every page follows.
  useEffect(() => {
    if (language !== null) chooseLanguage(isLanguage(language) ? language : "").catch(() => {});
  }, [language]);
  useEffect(() => {
    if (appearance !== null) showLook(appearance);
  }, [appearance]);
  const main = useRef<HTMLElement>(null);
  const [at] = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another screen begins at its top
  useEffect(() => {
    // What it returns is no clean-up.
    main.current?.scrollTo(0, 0);
  }, [at]);
  const known = state !== null;
  useEffect(() => {
    if (!known) return;
    tellShown();
    const later = setTimeout(fetchScreens, 1000);
    return () => clearTimeout(later);
  }, [known]);
  if (state && view.link !== "refused") {
    const stale = view.link !== "connected";
    const corner = <LanguageCorner agent={agent} state={state} stale={stale} />;
    if (state.node.reason?.code === "wallet_locked") {
      return (
        <Corner value={corner}>
          <Unlock agent={agent} stale={stale} />
        </Corner>
      );
    }
    if (state.setup) {
      return (
        <Corner value={corner}>
          <FirstRun agent={agent} state={state} setup={state.setup} stale={stale} />
        </Corner>
      );
    }
  }
  return (
    <div className="flex h-dvh flex-col overflow-hidden md:flex-row">
      <Sidebar state={view.state} />
      <main ref={main} className="min-h-0 min-w-0 flex-1 overflow-y-auto">
        <Screen agent={agent} view={view} />
      </main>
      <Toasts theme={appearance ?? "system"} />
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
      <Suspense fallback={<Alone icon={<Mark size={44} className="animate-breathe" />} title={t("node.opening")} />}>
        <Switch>
          {screens.map(({ path, nest, Show }) => (
            <Route key={path} path={nest || path === "/" ? path : `${path}/*?`} nest={nest}>
              <Show agent={agent} state={state} stale={view.link !== "connected"} />
            </Route>
          ))}
          <Route>
            <Redirect to="/" />
          </Route>
        </Switch>
      </Suspense>
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
  const [at] = useLocation();
  const isAt = (path: string) => at === path || (path !== "/" && at.startsWith(`${path}/`));
  const entry =
    "touch flex h-9 shrink-0 items-center gap-2.5 rounded-lg px-3 text-sm max-md:px-2.5 [&_svg]:size-[17px] [&_svg]:shrink-0";
  return (
    <nav
      aria-label={t("node.title")}
      className="drag flex shrink-0 items-center gap-1 border-line bg-side px-3 max-md:h-13 max-md:overflow-x-auto max-md:border-b md:w-52 md:flex-col md:items-stretch md:border-e md:py-4"
    >
      <p className="flex items-center gap-2.5 text-[15px] font-semibold max-md:pe-2 md:px-2 md:pb-4 md:mac-window:pt-6">
        <Mark size={26} />
        <span className="max-md:sr-only">{t("node.title")}</span>
      </p>
      {screens.map(({ path, title, Icon, gap }) => (
        <Link
          key={path}
          href={path}
          className={clsx(
            entry,
            gap && "md:mt-3",
            isAt(path) ? "bg-tint font-medium" : "text-soft hover:bg-sunken hover:text-ink",
          )}
          aria-current={isAt(path) ? "page" : undefined}
          title={t(title)}
        >
          <Icon />
          <span className="max-md:sr-only">{t(title)}</span>
        </Link>
      ))}
      <span className="flex-1" />
      {state && (
        <p className="px-3 pt-2 text-xs text-soft max-md:hidden">{t("node.version", { version: state.version })}</p>
      )}
    </nav>
  );
}
