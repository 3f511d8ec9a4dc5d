/** "0x1234…abcd": enough of an address or hash to tell it from others at a glance. */
export function shortHex(hex: string, head = 6, tail = 4): string {
  return hex.length <= head + tail + 1 ? hex : `${hex.slice(0, head)}…${hex.slice(-tail)}`;
}

/** Milliseconds as a person says them: "0.42 s", "3.1 s", "2 min 5 s". */
export function duration(ms: number, locale: string): string {
  const unit = (value: number, unit: "second" | "minute", digits: number) =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit,
      unitDisplay: "narrow",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  if (ms < 1000) return unit(ms / 1000, "second", 2);
  if (ms < 60_000) return unit(Math.floor(ms / 100) / 10, "second", 1);
  const seconds = Math.floor(ms / 1000);
  return `${unit(Math.floor(seconds / 60), "minute", 0)} ${unit(seconds % 60, "second", 0)}`;
}

/** Seconds that nobody knows exactly: "40 sec", "2 min". */
export function roughTime(seconds: number, locale: string): string {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value);
}

/** A moment as "3 minutes ago", or as a date when it is more than a day away. */
export function ago(then: number, now: number, locale: string): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (seconds < 60) return relative.format(-seconds, "second");
  if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86_400) return relative.format(-Math.floor(seconds / 3600), "hour");
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(then);
}

/** Copies text, also for pages that browsers don't give their clipboard to. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

/** Whether this browser lets this page copy pictures: not for pages from an address that isn't secure. */
export function canCopyPictures(): boolean {
  return typeof ClipboardItem !== "undefined" && typeof navigator.clipboard?.write === "function";
}

/** Copies a PNG file; false when the browser refuses. */
export async function copyPicture(file: Blob): Promise<boolean> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": file })]);
    return true;
  } catch {
    return false;
  }
}

/** The pixels of a picture; null when the browser can't read it, or doesn't let pages read pixels. */
export async function pixelsOf(file: Blob | undefined): Promise<ImageData | null> {
  if (!file) return null;
  try {
    const picture = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    const { width, height } = picture;
    const pen = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    pen?.drawImage(picture, 0, 0);
    picture.close();
    return pen?.getImageData(0, 0, width, height) ?? null;
  } catch {
    return null;
  }
}

/** Saves a value as a JSON file. */
export function download(name: string, value: unknown) {
  save(name, new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: "application/json" }));
}

/** Saves a file under a name. */
export function save(name: string, file: Blob) {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers begin to read only later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
