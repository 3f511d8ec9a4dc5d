import type { State } from "../lib/api.gen";
import { useText } from "../lib/i18n";
import { openOutside } from "../lib/native";

/** A newer Helium, and the page to get it from; nothing where this is the newest. */
export function UpdateNote({ state, className = "" }: { state: State; className?: string }) {
  const t = useText();
  const { update, version } = state;
  if (!update) return null;
  return (
    <p
      data-testid="update"
      className={`flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm ${className}`}
    >
      <span>
        <span className="font-medium">{t("home.update", { version: update.version })}</span>{" "}
        <span className="text-soft">{t("home.update.have", { have: version })}</span>
      </span>
      <a
        href={update.page}
        target="_blank"
        rel="noreferrer"
        onClick={openOutside}
        className="touch inline-flex h-9 items-center rounded-lg border border-edge px-3.5 font-medium hover:bg-sunken"
      >
        {t("home.update.get")}
      </a>
    </p>
  );
}
