// Builds both pages into dist/chat and dist/node, and fails when one of them
// costs more than its budget to download.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const budget = 220 * 1024;

for (const page of ["chat", "node"]) {
  await build({ mode: page, configFile: "vite.config.ts", logLevel: "warn" });

  let total = 0;
  for (const file of await readdir(join("dist", page), { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    total += gzipSync(await readFile(join(file.parentPath ?? file.path, file.name)), { level: 9 }).length;
  }
  console.log(`${page}: ${(total / 1024).toFixed(1)} KB compressed of ${budget / 1024} KB`);
  if (total > budget) {
    console.error(`the ${page} page is over its budget: find out what grew and take it out`);
    process.exit(1);
  }
}
