import { useText } from "../../lib/i18n";

/** The place of something that is on its way. */
export function Blank({ className }: { className: string }) {
  const t = useText();
  return (
    <div role="status" className={`animate-breathe rounded-2xl bg-sunken ${className}`}>
      <span className="sr-only">{t("earnings.loading")}</span>
    </div>
  );
}
