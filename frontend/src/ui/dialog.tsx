import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { useText } from "../lib/i18n";
import { IconButton } from "./button";

/** A dialog with a title and a way out; on a phone it fills the screen's width from below. */
export function Dialog(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: string;
  children: ReactNode;
  wide?: boolean;
  testId?: string;
}) {
  const t = useText();
  // It is opened by more than one thing; the keyboard goes back to the one that did.
  const opener = useRef<Element | null>(null);
  return (
    <Radix.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/35 backdrop-blur-[2px]" />
        <Radix.Content
          data-testid={props.testId}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement;
          }}
          onCloseAutoFocus={(e) => {
            e.preventDefault();
            if (opener.current instanceof HTMLElement) opener.current.focus();
          }}
          className={clsx(
            "fixed z-50 flex max-h-[92dvh] flex-col overflow-hidden border border-line bg-card shadow-float animate-appear",
            "inset-x-0 bottom-0 rounded-t-2xl sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:top-1/2 sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl",
            props.wide ? "sm:w-[min(680px,calc(100vw-48px))]" : "sm:w-[min(440px,calc(100vw-48px))]",
          )}
          {...(props.description ? {} : { "aria-describedby": undefined })}
        >
          <header className="flex items-start gap-3 border-b border-line px-5 py-4">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-[17px] font-semibold leading-snug">{props.title}</Radix.Title>
              {props.description && (
                <Radix.Description className="mt-1 text-sm text-soft">{props.description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label={t("close")} className="-mr-1.5 -mt-0.5">
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it */}
          <div className="min-h-0 overflow-y-auto px-5 py-4" tabIndex={0}>
            {props.children}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
