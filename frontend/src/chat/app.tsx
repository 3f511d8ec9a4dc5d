import { Menu, SquarePen } from "lucide-react";
import { Dialog } from "radix-ui";
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useLocation } from "wouter";
import type { Bridge } from "../lib/chat";
import { newId } from "../lib/conversations";
import { useText } from "../lib/i18n";
import { IconButton } from "../ui/button";
import { Toasts } from "../ui/toasts";
import { Composer, type Payer } from "./composer";
import { type Desk, isAwaited } from "./desk";
import { useModels } from "./models";
import { useEstimate } from "./price";
import { paramsOf, type Settings, useSettings } from "./settings";
import { Sidebar } from "./sidebar";
import { Thread } from "./thread";
import { MissingConversation, Welcome } from "./welcome";

/** The chat page: conversations at the side, one of them in the middle, the question box below. */
export function App({ bridge, desk, foot }: { bridge: Bridge; desk: Desk; foot: ReactNode }) {
  return (
    <div className="h-dvh">
      <Chat bridge={bridge} desk={desk} payer="page" foot={foot} />
      <Toasts theme="system" />
    </div>
  );
}

/** The conversations, in as much room as they are given. Who pays is not the page itself where they are a part of the node app. */
export function Chat(props: { bridge: Bridge; desk: Desk; payer: Payer; foot?: ReactNode }) {
  const { bridge, desk, payer, foot } = props;
  const embedded = payer !== "page";
  const t = useText();
  const view = useSyncExternalStore(desk.listen, () => desk.view);
  const [path, navigate] = useLocation();
  const [settings, change] = useSettings();
  const [menuOpen, setMenuOpen] = useState(false);
  const opener = useRef<Element | null>(null);
  const models = useModels(bridge);
  // A page has one main part, which the node app is around this one.
  const Main = embedded ? "div" : "main";
  const id = path.startsWith("/c/") ? path.slice(3) : "";
  const conversation = view.conversations.find((c) => c.id === id);
  const running = conversation?.messages.some((m) => isAwaited(m, view)) ?? false;
  const model = models.choose(settings.model);
  const params = paramsOf(settings, model);
  const estimate = useEstimate(bridge, params, running);

  const openNew = () => {
    navigate("/");
    setMenuOpen(false);
    focusPrompt();
  };
  const ask = (text: string) => {
    const to = conversation ? id : newId();
    desk.ask(to, text, params);
    if (to !== id) navigate(`/c/${to}`);
  };

  useEffect(() => {
    if (embedded) return;
    document.title = conversation?.title ? `${conversation.title} · ${t("chat.title")}` : t("chat.title");
  }, [embedded, conversation?.title, t]);
  useShortcuts({ openNew, stop: running ? () => desk.stop(id) : undefined });

  const sidebar = (
    <Sidebar
      bare={embedded}
      desk={desk}
      view={view}
      current={id}
      onNew={openNew}
      onOpen={(to) => {
        navigate(`/c/${to}`);
        setMenuOpen(false);
      }}
      onGone={() => navigate("/")}
      foot={foot}
    />
  );

  return (
    <div className="@container flex h-full overflow-hidden">
      <button
        type="button"
        onClick={focusPrompt}
        className="sr-only z-50 rounded-lg bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:left-3 focus:top-3"
      >
        {t("chat.skip")}
      </button>
      <aside className="hidden w-64 shrink-0 border-e border-line bg-side @3xl:block">{sidebar}</aside>
      <Dialog.Root open={menuOpen} onOpenChange={setMenuOpen}>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-40 bg-black/35" />
          <Dialog.Content
            aria-describedby={undefined}
            onOpenAutoFocus={() => {
              opener.current = document.activeElement;
            }}
            // Unless what was chosen in it has taken the focus, it goes back to what opened it.
            onCloseAutoFocus={(e) => {
              e.preventDefault();
              if (document.activeElement === document.body) (opener.current as HTMLElement | null)?.focus();
            }}
            className="fixed inset-y-0 left-0 z-50 w-[min(300px,86vw)] animate-slide border-e border-line bg-side shadow-float"
          >
            <Dialog.Title className="sr-only">{t("chat.menu")}</Dialog.Title>
            {sidebar}
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>

      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-13 shrink-0 items-center gap-1 border-b border-line px-2 @3xl:hidden">
          <IconButton label={t("chat.menu")} onClick={() => setMenuOpen(true)}>
            <Menu />
          </IconButton>
          <p className="min-w-0 flex-1 truncate text-center text-sm font-medium">
            {conversation?.title || t("chat.title")}
          </p>
          <IconButton label={t("chat.new")} onClick={openNew}>
            <SquarePen />
          </IconButton>
        </header>
        <Main className="flex min-h-0 flex-1 flex-col">
          <h1 className="sr-only">{conversation?.title || t("chat.title")}</h1>
          {conversation ? (
            <Thread key={id} conversation={conversation} desk={desk} view={view} settings={settings} model={model} />
          ) : id && view.loaded ? (
            <MissingConversation onNew={openNew} />
          ) : id ? (
            <p className="grid flex-1 place-items-center text-sm text-soft">{t("chat.loading")}</p>
          ) : (
            <Welcome makes={model?.makes ?? "text"} onAsk={model ? ask : undefined} />
          )}
          <Composer
            key={`composer-${id}`}
            models={models}
            model={model}
            settings={settings}
            onSettings={(s: Settings) => change(s)}
            conversation={conversation}
            estimate={estimate}
            running={running}
            payer={payer}
            onAsk={ask}
            onStop={() => desk.stop(id)}
          />
        </Main>
      </div>
    </div>
  );
}

function focusPrompt() {
  requestAnimationFrame(() => document.getElementById("prompt")?.focus());
}

function useShortcuts({ openNew, stop }: { openNew: () => void; stop?: () => void }) {
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if ((e.metaKey || e.ctrlKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") {
        e.preventDefault();
        openNew();
      }
      // A dialog or a menu that is open takes Escape for itself.
      if (e.key === "Escape" && !e.defaultPrevented && stop && !document.querySelector("[role=dialog],[role=menu]"))
        stop();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
}
