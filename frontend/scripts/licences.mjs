// Collects the licences of what is built into the program: of the pages' packages,
// and of the Go modules that the program is linked with. Fails on one that has none.
import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const licenceFile = /^(un)?licen[cs]e|^copying|^notice/i;

/** Modules whose licence lies outside what Go fetches of them. */
const elsewhere = { "github.com/holiman/bloomfilter/v2": "Licence: MIT, https://github.com/holiman/bloomfilter" };

/** Packages without a file of their own say in their manifest what holds. */
async function textOf(folder, declared) {
  const names = (await readdir(folder, { withFileTypes: true })).filter((f) => f.isFile() && licenceFile.test(f.name));
  const texts = await Promise.all(names.map((f) => readFile(join(folder, f.name), "utf8")));
  if (texts.length === 0 && declared) return `Licence: ${declared}`;
  return texts.map((t) => t.replaceAll("\r\n", "\n").trim()).join("\n\n");
}

async function packages() {
  const lock = JSON.parse(await readFile("package-lock.json", "utf8"));
  const built = Object.entries(lock.packages).filter(([path, p]) => path !== "" && !p.dev && !p.devOptional);
  return Promise.all(
    built.map(async ([path, p]) => ({
      name: `${path.slice(path.lastIndexOf("node_modules/") + 13)} ${p.version}`,
      text: await textOf(path, p.license),
    })),
  );
}

async function modules() {
  const format = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}";
  const targets = [
    ["linux", ""],
    ["windows", ""],
    ["linux", "desktop"],
  ];
  const lines = targets.flatMap(([os, tags]) =>
    execFileSync("go", ["list", "-deps", `-tags=${tags}`, "-f", format, "."], {
      cwd: "..",
      env: { ...process.env, GOOS: os, CGO_ENABLED: "0" },
      encoding: "utf8",
      maxBuffer: 1 << 26,
    }).split("\n"),
  );
  const unique = [...new Set(lines)].filter((l) => l !== "").map((l) => l.split("\t"));
  return Promise.all(
    unique.map(async ([name, folder]) => ({
      name,
      text: (await textOf(folder)) || (elsewhere[name.split(" ")[0]] ?? ""),
    })),
  );
}

/** One text, in which those who share a licence, word for word, stand above it together. */
export async function licences() {
  const all = [...(await packages()), ...(await modules())];
  const without = all.filter((e) => e.text === "").map((e) => e.name);
  if (without.length > 0) throw new Error(`no licence was found of ${without.join(", ")}`);
  const byText = new Map();
  for (const { name, text } of all) byText.set(text, [...(byText.get(text) ?? []), name]);
  return [...byText]
    .map(([text, names]) => `${names.toSorted().join("\n")}\n\n${text}\n`)
    .toSorted()
    .join(`\n${"=".repeat(72)}\n\n`);
}
