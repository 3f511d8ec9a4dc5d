import { Pencil } from "lucide-react";
import { useState } from "react";
import type { Message } from "../lib/conversations";
import { useText } from "../lib/i18n";
import { Button, IconButton } from "../ui/button";

/** What the person asked; it can be changed and asked again. */
export function Question({
  message,
  onEdit,
}: {
  message: Extract<Message, { role: "user" }>;
  onEdit?: (text: string) => void;
}) {
  const t = useText();
  const [editing, setEditing] = useState(false);
  if (editing && onEdit) {
    return (
      <EditQuestion
        text={message.text}
        onCancel={() => setEditing(false)}
        onDone={(text) => {
          setEditing(false);
          onEdit(text);
        }}
      />
    );
  }
  return (
    <div className="group flex items-start justify-end gap-1">
      <IconButton
        label={t("message.edit")}
        disabled={!onEdit}
        onClick={() => setEditing(true)}
        className="mt-1 opacity-0 focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
      >
        <Pencil />
      </IconButton>
      <div className="max-w-[85%] rounded-2xl rounded-br-md bg-tint px-4 py-2.5 text-[15px] leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
        <span className="sr-only">{t("message.you")}: </span>
        <span dir="auto" className="block">
          {message.text}
        </span>
      </div>
    </div>
  );
}

function EditQuestion({
  text,
  onDone,
  onCancel,
}: {
  text: string;
  onDone: (text: string) => void;
  onCancel: () => void;
}) {
  const t = useText();
  const [draft, setDraft] = useState(text);
  const done = () => draft.trim() !== "" && onDone(draft.trim());
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        done();
      }}
      className="rounded-2xl border border-accent bg-card p-2"
    >
      <textarea
        aria-label={t("message.editLabel")}
        // biome-ignore lint/a11y/noAutofocus: the person just asked to write here
        autoFocus
        dir="auto"
        value={draft}
        onChange={(e) => setDraft(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter" && !e.shiftKey && !e.nativeEvent.isComposing) {
            e.preventDefault();
            done();
          }
          if (e.key === "Escape") {
            e.preventDefault();
            onCancel();
          }
        }}
        className="block field-sizing-content max-h-[40dvh] w-full resize-none bg-transparent px-2 py-1.5 text-base leading-relaxed outline-none sm:text-[15px]"
      />
      <div className="flex justify-end gap-2 pt-2">
        <Button onClick={onCancel}>{t("cancel")}</Button>
        <Button type="submit" kind="primary" disabled={draft.trim() === ""}>
          {t("message.ask")}
        </Button>
      </div>
    </form>
  );
}
