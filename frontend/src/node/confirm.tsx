import { LoaderCircle, TriangleAlert } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useText } from "../lib/i18n";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { useAct } from "./setup/act";
import { Field, Problem } from "./setup/frame";

/**
 * Asks before something that can't be taken back: what comes of it, a word to
 * type, and the passphrase where its owner keeps it. Nothing typed outlives it.
 */
export function Confirm(props: {
  open: boolean;
  onClose: () => void;
  title: string;
  consequence: ReactNode;
  word: string;
  action: string;
  doing: string;
  passphrase?: boolean;
  stale: boolean;
  act: (passphrase: string) => Promise<void>;
  children?: ReactNode;
}) {
  return (
    <Dialog open={props.open} onOpenChange={(open) => !open && props.onClose()} title={props.title} testId="confirm">
      <Asking {...props} />
    </Dialog>
  );
}

function Asking(props: Parameters<typeof Confirm>[0]) {
  const t = useText();
  const { busy, problem, act } = useAct();
  const [typed, setTyped] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const meant = typed.trim().toLocaleLowerCase() === props.word.toLocaleLowerCase();
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!meant || props.stale) return;
    void act(async () => {
      await props.act(passphrase);
      props.onClose();
    });
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      {props.children}
      <div className="flex gap-3 rounded-xl border border-wait/35 bg-wait-tint px-4 py-3 text-sm leading-relaxed">
        <TriangleAlert className="mt-0.5 size-5 shrink-0 text-wait" aria-hidden="true" />
        <div className="min-w-0 [overflow-wrap:anywhere]">{props.consequence}</div>
      </div>
      {props.passphrase && (
        <Field
          type="password"
          label={t("confirm.passphrase")}
          autoComplete="current-password"
          value={passphrase}
          onChange={(e) => setPassphrase(e.target.value)}
        />
      )}
      <Field
        label={t("confirm.type", { word: props.word })}
        value={typed}
        onChange={(e) => setTyped(e.target.value)}
        data-testid="confirm-word"
      />
      <Problem text={problem} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button className="h-10" onClick={props.onClose}>
          {t("cancel")}
        </Button>
        <Button
          type="submit"
          kind="danger"
          className="h-10"
          disabled={busy || props.stale || !meant || (props.passphrase && !passphrase)}
        >
          {busy && <LoaderCircle className="size-4 animate-turn" />}
          {busy ? props.doing : props.action}
        </Button>
      </div>
    </form>
  );
}
