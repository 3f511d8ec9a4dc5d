import { ChevronLeft, ChevronRight, Download, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { type ComponentProps, useRef } from "react";
import type { Pictures } from "../lib/answer";
import { canCopyPictures, copyPicture, save } from "../lib/format";
import { useText } from "../lib/i18n";
import { fileName } from "../lib/pictures";
import { IconButton } from "../ui/button";
import { CopyAction } from "../ui/copy";
import { useAddress } from "./pictures";

interface Props {
  files: readonly Blob[];
  pictures: Pictures;
  prompt: string;
  /** Which is shown; null while it is closed. */
  index: number | null;
  onIndex: (index: number | null) => void;
}

/** How far a finger moves sideways to turn to another picture, in pixels. */
const swipe = 48;

/** One picture as large as the screen lets it be, and the way to the others. */
export function Lightbox({ files, pictures, prompt, index, onIndex }: Props) {
  const t = useText();
  const opener = useRef<Element | null>(null);
  const from = useRef<number | null>(null);
  const shown = index ?? 0;
  const file = index === null ? undefined : files[index];
  const url = useAddress(file);
  const { count, width, height, seed } = pictures;
  const turn = (to: number) => {
    if (files[to]) onIndex(to);
  };
  const keys: Record<string, number> = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: count - 1 };

  return (
    <Dialog.Root open={index !== null} onOpenChange={(open) => !open && onIndex(null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/94 backdrop-blur-lg" />
        <Dialog.Content
          data-testid="lightbox"
          aria-describedby={undefined}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement;
          }}
          onCloseAutoFocus={(e) => {
            e.preventDefault();
            if (opener.current instanceof HTMLElement) opener.current.focus();
          }}
          onKeyDown={(e) => {
            const to = keys[e.key];
            if (to !== undefined) turn(to);
          }}
          onTouchStart={(e) => {
            from.current = e.touches.length === 1 ? (e.touches[0]?.clientX ?? null) : null;
          }}
          onTouchEnd={(e) => {
            const moved = (e.changedTouches[0]?.clientX ?? 0) - (from.current ?? Number.NaN);
            if (Math.abs(moved) >= swipe) turn(moved < 0 ? shown + 1 : shown - 1);
          }}
          className="fixed inset-0 z-50 flex flex-col text-white animate-appear outline-none"
        >
          <div className="flex items-center gap-1 px-3 pt-[max(8px,env(safe-area-inset-top))] pb-2">
            {count > 1 && (
              <p aria-live="polite" className="numbers px-1.5 text-sm text-white/80">
                {t("picture.place", { number: shown + 1, count })}
              </p>
            )}
            <span className="flex-1" />
            {file && (
              <>
                {canCopyPictures() && (
                  <CopyAction copy={() => copyPicture(file)} what={t("picture.copy")} className={`${onDark} size-9`} />
                )}
                <DarkButton label={t("picture.download")} onClick={() => save(fileName(prompt, shown, count), file)}>
                  <Download />
                </DarkButton>
              </>
            )}
            <Dialog.Close asChild>
              <DarkButton label={t("close")}>
                <X />
              </DarkButton>
            </Dialog.Close>
          </div>
          <div className="relative flex min-h-0 flex-1 items-center justify-center px-3 sm:px-16">
            {url && (
              <img
                key={url}
                src={url}
                alt={prompt}
                width={width}
                height={height}
                className="size-full min-w-0 object-contain select-none"
              />
            )}
            {count > 1 && (
              <>
                <DarkButton
                  label={t("picture.previous")}
                  disabled={shown === 0}
                  onClick={() => turn(shown - 1)}
                  className="absolute left-3 size-10 rounded-full! bg-black/50"
                >
                  <ChevronLeft />
                </DarkButton>
                <DarkButton
                  label={t("picture.following")}
                  disabled={shown === count - 1}
                  onClick={() => turn(shown + 1)}
                  className="absolute right-3 size-10 rounded-full! bg-black/50"
                >
                  <ChevronRight />
                </DarkButton>
              </>
            )}
          </div>
          <div className="mx-auto max-w-2xl px-5 pt-3 pb-[max(16px,env(safe-area-inset-bottom))] text-center">
            <Dialog.Title className="line-clamp-2 text-[15px] text-balance [overflow-wrap:anywhere]">
              {prompt}
            </Dialog.Title>
            <p className="numbers mt-0.5 text-[13px] text-white/70">
              {t("picture.facts", { width, height, seed: String(seed) })}
            </p>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const onDark = "text-white/85 hover:bg-white/15 hover:text-white";

function DarkButton({ className = "", ...rest }: ComponentProps<typeof IconButton>) {
  return <IconButton className={`${onDark} size-9 ${className}`} {...rest} />;
}
