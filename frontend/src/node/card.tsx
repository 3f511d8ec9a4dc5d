import type { ReactNode } from "react";
import { locale, useText } from "../lib/i18n";
import { exactCNX, parseWei, shortCNXDown } from "../lib/wei";

export function Card({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="rounded-2xl border border-line bg-card px-5 py-4">
      <header className="flex items-baseline justify-between gap-3">
        <h2 className="text-[13px] font-semibold text-soft">{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** Stands where something will be shown that isn't known yet. */
export function Looking({ className }: { className?: string }) {
  const t = useText();
  return (
    <span className={`text-soft ${className ?? ""}`}>
      <span aria-hidden="true">…</span>
      <span className="sr-only">{t("home.looking")}</span>
    </span>
  );
}

/** An amount for a glance; its exact value is one hover away and is what is read aloud. */
export function Amount({ wei, className }: { wei: string; className?: string }) {
  const t = useText();
  const value = parseWei(wei) ?? 0n;
  const exact = t("cnx", { amount: exactCNX(value) });
  return (
    <span className={`numbers ${className ?? ""}`} title={exact}>
      <span aria-hidden="true">
        {shortCNXDown(value, locale)} <span className="text-[0.62em] font-medium text-soft">CNX</span>
      </span>
      <span className="sr-only">{exact}</span>
    </span>
  );
}
