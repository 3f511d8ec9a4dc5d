import type { Model } from "../lib/chat";
import { useText } from "../lib/i18n";
import { Button } from "../ui/button";
import { Mark } from "../ui/mark";

const words = {
  text: { title: "welcome.title", examples: ["welcome.1", "welcome.2", "welcome.3", "welcome.4"] },
  images: {
    title: "welcome.titleImages",
    examples: ["welcome.images1", "welcome.images2", "welcome.images3", "welcome.images4"],
  },
} as const;

export function Welcome({ makes, onAsk }: { makes: Model["makes"]; onAsk?: (text: string) => void }) {
  const t = useText();
  const { title, examples } = words[makes];
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center overflow-y-auto px-5">
      <div className="my-auto flex w-full max-w-2xl flex-col items-center py-8 text-center">
        <Mark size={64} />
        <h2 className="mt-5 text-2xl font-semibold tracking-tight text-balance sm:text-[28px]">{t(title)}</h2>
        <p className="mt-2.5 max-w-lg text-[15px] leading-relaxed text-soft text-balance">
          {t(makes === "images" ? "welcome.textImages" : "welcome.text")}
        </p>
        <ul className="mt-7 grid w-full max-w-xl grid-cols-1 gap-2 sm:grid-cols-2">
          {examples.map((id) => (
            <li key={id}>
              <button
                type="button"
                disabled={!onAsk}
                onClick={() => onAsk?.(t(id))}
                className="min-h-11 w-full rounded-xl border border-line bg-card px-4 py-2.5 text-start text-sm transition-colors hover:border-edge hover:bg-sunken disabled:cursor-default disabled:text-soft disabled:hover:border-line disabled:hover:bg-card"
              >
                {t(id)}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

export function MissingConversation({ onNew }: { onNew: () => void }) {
  const t = useText();
  return (
    <div className="grid flex-1 place-items-center px-5">
      <div className="max-w-sm text-center">
        <h2 className="text-lg font-semibold">{t("chat.missing")}</h2>
        <p className="mt-1 mb-5 text-sm text-soft">{t("chat.missingDetail")}</p>
        <Button kind="primary" onClick={onNew}>
          {t("chat.new")}
        </Button>
      </div>
    </div>
  );
}
