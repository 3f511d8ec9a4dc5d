import { lazy, Suspense } from "react";
import { useText } from "../lib/i18n";
import type { ScreenProps } from "./screens";

const Talk = lazy(() => import("./talk"));

/** The chat page against the network that this computer is on; its code is fetched when it is opened. */
export function Chat({ agent, state }: ScreenProps) {
  const t = useText();
  return (
    <Suspense
      fallback={
        <p className="grid h-full place-items-center text-sm text-soft" role="status">
          {t("node.chat.opening")}
        </p>
      }
    >
      <Talk agent={agent} state={state} />
    </Suspense>
  );
}
