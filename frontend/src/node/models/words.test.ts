import { expect, test } from "vitest";
import type { ModelDownload } from "../../lib/api.gen";
import type { MessageId, Values } from "../../lib/i18n";
import { downloadText, percent, shortName, size, typedGigabytes } from "./words";

const t = (id: MessageId, values?: Values) => `${id}${values ? JSON.stringify(values) : ""}`;
const progress = { stage: "fetching", done: 1.5e9, total: 3e9, bytes_per_second: 2e7, seconds_left: 75 };
const download = (change: Partial<ModelDownload>): ModelDownload => ({
  id: "a/b",
  status: "fetching",
  progress,
  ...change,
});

test("sizes are said as a person says them", () => {
  expect([0, 999, 2e6, 491e6, 1.117e9, 5.03e9].map(size)).toEqual(["0 MB", "1 kB", "2 MB", "491 MB", "1.1 GB", "5 GB"]);
});

test("names leave out who made a model and how its file is packed", () => {
  expect(shortName("Qwen/Qwen3-4B-GGUF", t)).toBe("Qwen3-4B");
  expect(shortName("owner/name@fp16", t)).toBe("name (fp16)");
  expect(shortName("https://host/a/b.safetensors?token=secret", t)).toBe("b.safetensors");
});

test("a download says where it is, how fast it is and how long it takes", () => {
  const text = downloadText(t, download({}));
  expect(text).toContain('"done":"1.5 GB","total":"3 GB"');
  expect(text).toContain('"speed":"20 MB"');
  expect(text).toContain('"time":"75 sec"');
  expect(downloadText(t, download({ status: "queued" }))).toBe("models.download.queued");
  expect(downloadText(t, download({ progress: { ...progress, stage: "checking" } }))).toBe("models.download.checking");
  expect(downloadText(t, download({ progress: { ...progress, total: 0 } }))).toBe("models.download.starting");
  expect(percent(progress)).toBe(50);
  expect(percent({ ...progress, total: 0 })).toBe(0);
});

test("what is typed as gigabytes is a number above 0", () => {
  expect(["20", " 1.5 ", "0,5"].map(typedGigabytes)).toEqual([2e10, 1.5e9, 5e8]);
  for (const no of ["", " ", "0", "-1", "much", "1e99", "NaN"]) expect(typedGigabytes(no)).toBeNull();
});
