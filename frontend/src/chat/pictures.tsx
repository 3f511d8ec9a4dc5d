import clsx from "clsx";
import { Download, ImageOff } from "lucide-react";
import { useEffect, useState } from "react";
import type { Answer, Pictures } from "../lib/answer";
import { save } from "../lib/format";
import { useText } from "../lib/i18n";
import { fileName } from "../lib/pictures";
import { IconButton } from "../ui/button";
import type { PictureFiles } from "./desk";
import { Lightbox } from "./lightbox";

interface Props {
  answer: Answer;
  pictures: Pictures;
  /** What was asked for, in words. */
  prompt: string;
  files: PictureFiles | undefined;
  streaming: boolean;
  /** Has the files fetched. */
  onShow: () => void;
}

/** The pictures of an answer: how far each is, what it looks like so far, and then itself. */
export function PictureGrid({ answer, pictures, prompt, files, streaming, onShow }: Props) {
  const [open, setOpen] = useState<number | null>(null);
  const { count } = pictures;
  useEffect(() => {
    if (!streaming) onShow();
  });
  return (
    <div data-testid="pictures" className={clsx("grid gap-2", layout(pictures))}>
      {Array.from({ length: count }, (_, i) => {
        const file = files?.whole[i];
        return file ? (
          <Whole
            // biome-ignore lint/suspicious/noArrayIndexKey: a picture is its place
            key={i}
            file={file}
            index={i}
            pictures={pictures}
            prompt={prompt}
            onOpen={() => setOpen(i)}
          />
        ) : (
          <Unfinished
            // biome-ignore lint/suspicious/noArrayIndexKey: a picture is its place
            key={i}
            index={i}
            answer={answer}
            pictures={pictures}
            files={files}
          />
        );
      })}
      <Lightbox files={files?.whole ?? []} pictures={pictures} prompt={prompt} index={open} onIndex={setOpen} />
    </div>
  );
}

/** Columns, and how wide they may get, so that no picture is taller than a screen. */
function layout({ count, width, height }: Pictures): string {
  const tall = height > width;
  if (count === 1) return tall ? "max-w-80" : width > height ? "max-w-xl" : "max-w-md";
  if (count === 3) return "grid-cols-2 sm:grid-cols-3";
  return clsx("grid-cols-2", tall ? "max-w-md" : "max-w-xl");
}

/** The address of a file inside this page, while it is shown. */
export function useAddress(file: Blob | undefined): string | undefined {
  const [url, setURL] = useState<string>();
  useEffect(() => {
    if (!file) return setURL(undefined);
    const made = URL.createObjectURL(file);
    setURL(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}

function Whole({
  file,
  index,
  pictures: { width, height, count },
  prompt,
  onOpen,
}: {
  file: Blob;
  index: number;
  pictures: Pictures;
  prompt: string;
  onOpen: () => void;
}) {
  const t = useText();
  const url = useAddress(file);
  return (
    <div className="group/picture relative">
      <button
        type="button"
        data-testid="picture"
        onClick={onOpen}
        aria-label={t("picture.open", { number: index + 1, count, prompt })}
        style={{ aspectRatio: `${width} / ${height}` }}
        className="block w-full cursor-zoom-in overflow-hidden rounded-xl bg-sunken ring-1 ring-line"
      >
        {url && (
          <img src={url} alt={prompt} width={width} height={height} className="size-full animate-appear object-cover" />
        )}
      </button>
      <IconButton
        label={count > 1 ? t("picture.downloadOne", { number: index + 1 }) : t("picture.download")}
        onClick={() => save(fileName(prompt, index, count), file)}
        className="absolute right-2 bottom-2 bg-black/60 text-white opacity-0 backdrop-blur-sm hover:bg-black/75 hover:text-white focus-visible:opacity-100 group-hover/picture:opacity-100 pointer-coarse:opacity-100"
      >
        <Download />
      </IconButton>
    </div>
  );
}

/** A picture that isn't there yet, or will never be. */
function Unfinished({
  index,
  answer,
  pictures,
  files,
}: {
  index: number;
  answer: Answer;
  pictures: Pictures;
  files: PictureFiles | undefined;
}) {
  const t = useText();
  const preview = useAddress(files?.previews[index]);
  const { width, height, steps } = pictures;
  const done = pictures.done[index] ?? 0;
  const making = answer.trust === "provisional";
  const words = (() => {
    if (answer.trust === "verified") return t("picture.opening");
    if (!making) return t("picture.stopped");
    if (done >= steps) return t("picture.checking");
    if (done > 0) return t("picture.step", { step: done, steps });
    return t("picture.waiting");
  })();
  return (
    <div
      style={{ aspectRatio: `${width} / ${height}` }}
      className="relative overflow-hidden rounded-xl bg-sunken ring-1 ring-line"
    >
      {preview ? (
        <img
          data-testid="preview"
          src={preview}
          alt=""
          // Blurred edges would let the page shine through.
          className={clsx("size-full scale-115 object-cover blur-md", making ? "" : "opacity-60 grayscale-50")}
        />
      ) : (
        making && (
          <span aria-hidden="true" className={clsx("absolute inset-0 bg-tint", done < steps && "animate-breathe")} />
        )
      )}
      {files?.missing ? (
        <ImageOff className="absolute inset-0 m-auto size-7 text-edge" aria-hidden="true" />
      ) : (
        <div className="absolute inset-x-2 bottom-2 rounded-lg bg-card/90 px-2.5 py-1.5 backdrop-blur-sm">
          <p className="numbers truncate text-[13px] text-ink">{words}</p>
          {making && (
            <div
              role="progressbar"
              aria-label={t("picture.making", { number: index + 1 })}
              aria-valuemin={0}
              aria-valuemax={steps}
              aria-valuenow={Math.min(done, steps)}
              aria-valuetext={words}
              className="mt-1 h-1 overflow-hidden rounded-full bg-line"
            >
              <div
                className="h-full rounded-full bg-wait transition-[width] duration-300"
                style={{ width: `${Math.min(100, (100 * done) / steps)}%` }}
              />
            </div>
          )}
        </div>
      )}
    </div>
  );
}
