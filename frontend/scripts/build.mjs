// Builds both pages into dist/chat and dist/node, and fails when one of them
// costs more than its budget to download. A reader downloads English, which
// stands in for what is missing, and one other language at most: of those, the
// largest counts.
import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { licences } from "./licences.mjs";

const budget = 220 * 1024;

/** The chat in the node app is fetched when it is opened, and is held small by the chat page's own budget. */
const apart = /\/src\/node\/talk\.tsx$/;

/** The files that a page loads sooner or later, but for those that only `apart` needs. */
function needed(output) {
  const chunks = new Map(output.filter((f) => f.type === "chunk").map((f) => [f.fileName, f]));
  const assets = output.filter((f) => f.type === "asset").map((f) => f.fileName);
  const seen = new Set();
  const visit = (name) => {
    const chunk = chunks.get(name);
    if (!chunk || seen.has(name) || apart.test(chunk.facadeModuleId ?? "")) return;
    seen.add(name);
    for (const next of [...chunk.imports, ...chunk.dynamicImports]) visit(next);
  };
  for (const chunk of chunks.values()) if (chunk.isEntry) visit(chunk.fileName);
  return new Set([...seen, ...assets]);
}

for (const page of ["chat", "node"]) {
  // Built elsewhere and then put in place, so that a program compiled meanwhile
  // embeds the old page or the new one, and never half of one.
  const made = await mkdtemp(join("node_modules", ".page-"));
  const { output } = await build({
    mode: page,
    configFile: "vite.config.ts",
    logLevel: "warn",
    build: { outDir: resolve(made) },
  });

  const files = needed(output);
  let total = 0;
  let language = 0;
  for (const file of await readdir(made, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath ?? file.path, file.name);
    const size = gzipSync(await readFile(path), { level: 9 }).length;
    if (file.name.startsWith("language-")) language = Math.max(language, size);
    else if (!file.name.endsWith(".js") || files.has(relative(made, path))) total += size;
  }
  total += language;
  console.log(`${page}: ${(total / 1024).toFixed(1)} KB compressed of ${budget / 1024} KB`);
  if (total > budget) {
    console.error(`the ${page} page is over its budget: find out what grew and take it out`);
    await rm(made, { recursive: true });
    process.exit(1);
  }
  // Who wants to read them fetches them.
  if (page === "node") await writeFile(join(made, "licences.txt"), await licences());
  await rm(join("dist", page), { recursive: true, force: true });
  await chmod(made, 0o755);
  await rename(made, join("dist", page));
}
