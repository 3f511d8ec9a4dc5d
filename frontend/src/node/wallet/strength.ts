/** How hard a passphrase is to guess, from what it is made of: a floor, not a promise. */
export type Strength = "weak" | "fair" | "good" | "strong";

/** Runs that people type when they want to be done. */
const runs = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiop",
  "azertyuiop",
];

const common = /^(password|passwort|passphrase|contraseña|letmein|welcome|iloveyou|helium|crypto|bitcoin|wallet)/i;

/** About how many bits it takes to guess a text, not counting what repeats or follows from the letter before. */
export function bits(text: string): number {
  if (common.test(text)) text = text.replace(common, "~");
  const kinds: [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^A-Za-z0-9]/, 33],
  ];
  const alphabet = kinds.reduce((n, [kind, size]) => n + (kind.test(text) ? size : 0), 0);
  if (alphabet === 0) return 0;
  const letters = [...text.toLowerCase()];
  const seen = new Map<string, number>();
  let surprising = 0;
  letters.forEach((letter, i) => {
    const before = letters[i - 1] ?? "";
    const pair = before + letter;
    const follows =
      letter === before ||
      (before !== "" && runs.some((r) => r.includes(pair) || [...r].reverse().join("").includes(pair))) ||
      (seen.get(pair) ?? 0) > 0;
    if (before) seen.set(pair, (seen.get(pair) ?? 0) + 1);
    surprising += follows ? 0.25 : 1;
  });
  // Words have far less surprise in a letter than random ones.
  const words = text.split(/\s+/).filter((w) => /^\p{L}{3,}$/u.test(w)).length;
  const perLetter = words > 1 || /^\p{L}+\d*$/u.test(text) ? Math.min(Math.log2(alphabet), 2.6) : Math.log2(alphabet);
  return surprising * perLetter;
}

export function strengthOf(text: string): Strength {
  const n = [...text].length < 8 ? 0 : bits(text);
  if (n < 28) return "weak";
  if (n < 42) return "fair";
  return n < 60 ? "good" : "strong";
}

/** Less than this no file is locked with. */
export const enough = (text: string) => strengthOf(text) !== "weak";
