/** PNG files: as the bridge sends them, as people save them, and as a conversation's file holds them. */

/** The file that base64 holds; null unless it begins as a PNG file does. What it is called is never taken from it. */
export function pngOf(base64: unknown): Blob | null {
  if (typeof base64 !== "string") return null;
  let text: string;
  try {
    text = atob(base64);
  } catch {
    return null;
  }
  if (!text.startsWith("\x89PNG\r\n\x1a\n")) return null;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return new Blob([bytes], { type: "image/png" });
}

/** A picture inside a text. */
export async function dataURL(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const piece = 1 << 15; // more arguments than a function takes at once
  let text = "";
  for (let at = 0; at < bytes.length; at += piece) text += String.fromCharCode(...bytes.subarray(at, at + piece));
  return `data:image/png;base64,${btoa(text)}`;
}

const nameLength = 60;

/** "a-blue-boat-2.png": what a picture is saved as, by what was asked for. Of one picture no number is said. */
export function fileName(prompt: string, index: number, count: number): string {
  const words = prompt.toLowerCase().match(/[\p{Letter}\p{Mark}\p{Number}]+/gu) ?? [];
  let name = "";
  for (const word of words) {
    if ([...name, ...word].length >= nameLength) break;
    name += name === "" ? word : `-${word}`;
  }
  return `${name || "picture"}${count > 1 ? `-${index + 1}` : ""}.png`;
}

/** A seed that nobody chose. */
export function newSeed(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) >>> 1;
}
