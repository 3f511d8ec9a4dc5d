import clsx from "clsx";
import { Ellipsis, Search, SquarePen } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useState } from "react";
import { toast } from "sonner";
import { type Conversation, search } from "../lib/conversations";
import { download } from "../lib/format";
import { useText } from "../lib/i18n";
import { Button } from "../ui/button";
import { Mark } from "../ui/mark";
import type { Desk, DeskView } from "./desk";

interface Props {
  /** Without the name of the program, which stands beside it already. */
  bare: boolean;
  desk: Desk;
  view: DeskView;
  current: string;
  onNew: () => void;
  onOpen: (id: string) => void;
  /** The current conversation was deleted. */
  onGone: () => void;
  /** What stands below the conversations. */
  foot?: ReactNode;
}

export function Sidebar({ bare, desk, view, current, onNew, onOpen, onGone, foot }: Props) {
  const t = useText();
  const [query, setQuery] = useState("");
  const found = search(view.conversations, query);
  const remove = (c: Conversation) => {
    const restore = desk.remove(c.id);
    if (c.id === current) onGone();
    toast(t("chat.deleted", { title: c.title }), {
      action: { label: t("chat.undo"), onClick: restore },
    });
  };

  return (
    <nav aria-label={t("chat.menu")} className="flex h-full flex-col">
      {!bare && (
        <div className="flex h-14 items-center gap-2.5 px-4 text-[15px] font-semibold">
          <Mark size={26} />
          Helium
        </div>
      )}
      <div className={bare ? "px-3 pt-3 pb-2" : "px-3 pb-2"}>
        <Button className="w-full justify-start" onClick={onNew} title="Ctrl/⌘ K">
          <SquarePen className="size-4" />
          {t("chat.new")}
        </Button>
      </div>
      {(view.conversations.length > 1 || query !== "") && (
        <div className="relative px-3 pb-2">
          <Search className="pointer-events-none absolute left-6 top-2.5 size-4 text-soft" aria-hidden="true" />
          <input
            type="search"
            aria-label={t("chat.search")}
            placeholder={t("chat.search")}
            value={query}
            onChange={(e) => setQuery(e.target.value)}
            className="touch h-9 w-full rounded-lg border border-line bg-card ps-9 pe-2 text-sm placeholder:text-soft"
          />
        </div>
      )}
      <ul className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {found.map((c) => (
          <Row
            key={c.id}
            conversation={c}
            current={c.id === current}
            onOpen={() => onOpen(c.id)}
            onRename={(title) => desk.rename(c.id, title)}
            onExport={() => void desk.exported(c).then((file) => download(`${c.id}.json`, file))}
            onRemove={() => remove(c)}
          />
        ))}
        {view.loaded && found.length === 0 && (
          <li className="px-3 py-2 text-sm text-soft">{query ? t("chat.noneFound") : t("chat.none")}</li>
        )}
      </ul>
      {foot}
      <p
        role={view.full ? "status" : undefined}
        className={clsx(
          "border-t border-line px-5 py-3 text-xs",
          view.lasting && !view.full ? "text-soft" : "text-wait",
        )}
      >
        {t(view.full ? "chat.full" : view.lasting ? "chat.kept" : "chat.notKept")}
      </p>
    </nav>
  );
}

function Row(props: {
  conversation: Conversation;
  current: boolean;
  onOpen: () => void;
  onRename: (title: string) => void;
  onExport: () => void;
  onRemove: () => void;
}) {
  const t = useText();
  const [naming, setNaming] = useState(false);
  const title = props.conversation.title || t("chat.untitled");
  if (naming) {
    return (
      <li>
        <RenameField
          title={title}
          onDone={(name) => {
            if (name) props.onRename(name);
            setNaming(false);
          }}
        />
      </li>
    );
  }
  return (
    <li className="group relative">
      <button
        type="button"
        dir="auto"
        title={title}
        aria-current={props.current ? "page" : undefined}
        onClick={props.onOpen}
        className={clsx(
          "touch block h-9 w-full truncate rounded-lg px-3 text-start text-sm group-focus-within:pe-9 group-hover:pe-9 pointer-coarse:pe-11",
          props.current ? "bg-tint font-medium text-ink" : "text-ink hover:bg-sunken",
        )}
      >
        {title}
      </button>
      <DropdownMenu.Root>
        <DropdownMenu.Trigger
          aria-label={t("chat.more", { title })}
          className="touch absolute right-0.5 top-0.5 inline-flex size-8 items-center justify-center rounded-lg text-soft opacity-0 hover:text-ink focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 pointer-coarse:top-0 pointer-coarse:opacity-100"
        >
          <Ellipsis className="size-4" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={4}
            // The field that a person writes the name into takes the focus, not the row's button.
            onCloseAutoFocus={(e) => naming && e.preventDefault()}
            className="z-[60] min-w-40 rounded-xl border border-line bg-card p-1 shadow-float animate-appear"
          >
            <Item onSelect={() => setNaming(true)}>{t("chat.rename")}</Item>
            <Item onSelect={props.onExport}>{t("chat.export")}</Item>
            <Item onSelect={props.onRemove} danger>
              {t("chat.delete")}
            </Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </li>
  );
}

function Item({ children, onSelect, danger }: { children: string; onSelect: () => void; danger?: boolean }) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      className={clsx(
        "touch flex h-9 cursor-pointer items-center rounded-lg px-3 text-sm outline-none data-[highlighted]:bg-sunken",
        danger && "text-bad",
      )}
    >
      {children}
    </DropdownMenu.Item>
  );
}

function RenameField({ title, onDone }: { title: string; onDone: (name: string | null) => void }) {
  const t = useText();
  const [name, setName] = useState(title);
  return (
    <input
      aria-label={t("chat.name")}
      value={name}
      // biome-ignore lint/a11y/noAutofocus: the person just asked to write here
      autoFocus
      onFocus={(e) => e.target.select()}
      onChange={(e) => setName(e.target.value)}
      onBlur={() => onDone(name)}
      onKeyDown={(e) => {
        if (e.key === "Enter") onDone(name);
        if (e.key === "Escape") onDone(null);
        e.stopPropagation();
      }}
      className="touch h-9 w-full rounded-lg border border-accent bg-card px-3 text-sm"
    />
  );
}
