import { Component, type ReactNode } from "react";
import { useText } from "../lib/i18n";
import { Button } from "./button";

/** Shows that the page itself broke, and how to get it back, instead of nothing. */
export class Boundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const t = useText();
  return (
    <main className="grid h-dvh place-items-center px-6">
      <div role="alert" className="max-w-sm text-center">
        <h1 className="text-lg font-semibold">{t("broken.title")}</h1>
        <p className="mt-1.5 mb-5 text-sm text-soft">{t("broken.detail")}</p>
        <Button kind="primary" onClick={() => location.reload()}>
          {t("broken.action")}
        </Button>
      </div>
    </main>
  );
}
