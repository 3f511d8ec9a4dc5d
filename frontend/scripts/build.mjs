// Builds both pages into dist/chat and dist/node, and fails when one of them
// costs more than its budget to download. A reader downloads English, which
// stands in for what is missing, and one other language at most: of those, the
// largest counts.
import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { licences } from "./licences.mjs";

const budget = 220 * 1024;

for (const page of ["chat", "node"]) {
  // Built elsewhere and then put in place, so that a program compiled meanwhile
  // embeds the old page or the new one, and never half of one.
  const made = await mkdtemp(join("node_modules", ".page-"));
  await build({ mode: page, configFile: "vite.config.ts", logLevel: "warn", build: { outDir: resolve(made) } });

  let total = 0;
  let language = 0;
  for (const file of await readdir(made, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const size = gzipSync(await readFile(join(file.parentPath ?? file.path, file.name)), { level: 9 }).length;
    if (file.name.startsWith("language-")) language = Math.max(language, size);
    else total += size;
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
