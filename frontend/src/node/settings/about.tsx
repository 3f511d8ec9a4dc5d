import { LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { useText } from "../../lib/i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import type { ScreenProps } from "../screens";
import { useAct } from "../setup/act";
import { Problem } from "../setup/frame";
import { UpdateNote } from "../update";
import { Part } from "./part";

/** Which Helium this is, and whose work is in it. */
export function About({ state }: ScreenProps) {
  const t = useText();
  const [open, setOpen] = useState(false);
  return (
    <Part title={t("settings.about")} testId="about">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm">
          {t("settings.about.version", { version: state.version })}
          <span className="block text-[13px] text-soft">{t("settings.about.text")}</span>
        </p>
        <Button onClick={() => setOpen(true)}>{t("settings.about.licences")}</Button>
      </div>
      <UpdateNote state={state} className="mt-3 border-t border-line pt-3" />
      <Dialog open={open} onOpenChange={setOpen} title={t("settings.about.licences")} wide testId="licences">
        <Licences />
      </Dialog>
    </Part>
  );
}

function Licences() {
  const { problem, act } = useAct();
  const [text, setText] = useState("");
  useEffect(() => {
    void act(async () => {
      const file = await fetch("licences.txt");
      if (!file.ok) throw new Error(`${file.status} ${file.statusText}`);
      setText(await file.text());
    });
  }, [act]);
  return (
    <>
      {text === "" && !problem && <LoaderCircle className="size-5 animate-turn text-soft" aria-hidden="true" />}
      <pre lang="en" className="text-xs leading-relaxed whitespace-pre-wrap text-soft [overflow-wrap:anywhere]">
        {text}
      </pre>
      <Problem text={problem} />
    </>
  );
}
