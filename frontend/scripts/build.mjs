// Builds both pages into dist/chat and dist/node, and fails when one of them
// costs more to download than its budget, or one of the node app's further screens
// more than its own. A reader downloads English, which stands in for what is
// missing, and one other language at most: of those, the largest counts.
import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { licences } from "./licences.mjs";

const budget = 220 * 1024;
const screenBudget = 60 * 1024;

/** The chat in the node app is held small by the chat page's own budget. */
const chat = /\/src\/node\/talk\.tsx$/;
/** What the agent says in another language follows the first screen. */
const said = /\/src\/node\/languages\/said-\w+\.ts$/;
const screen = /\/src\/node\/\w+\/\w+\.tsx$/;

/** The chunks that some of them need, before they run and sooner or later, without what `apart` needs alone. */
function needs(chunks, from, apart) {
  const seen = new Set();
  const visit = (chunk) => {
    if (!chunk || seen.has(chunk.fileName) || (chunk.isDynamicEntry && !from.includes(chunk) && apart(chunk))) return;
    seen.add(chunk.fileName);
    for (const next of [...chunk.imports, ...chunk.dynamicImports]) visit(chunks.get(next));
  };
  for (const chunk of from) visit(chunk);
  return seen;
}

const inKB = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

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

  const chunks = new Map(output.filter((f) => f.type === "chunk").map((f) => [f.fileName, f]));
  const isScreen = (chunk) => [chat, said, screen].some((one) => one.test(chunk.facadeModuleId ?? ""));
  const size = async (file) => gzipSync(await readFile(join(made, file)), { level: 9 }).length;
  const index = await readFile(join(made, "index.html"), "utf8");
  const first = needs(
    chunks,
    [...chunks.values()].filter((c) => index.includes(c.fileName)),
    (c) => page === "node" && isScreen(c),
  );
  let total = 0;
  let language = 0;
  for (const entry of await readdir(made, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = relative(made, join(entry.parentPath ?? entry.path, entry.name));
    if (entry.name.startsWith("language-")) language = Math.max(language, await size(file));
    else if (!chunks.has(file) || first.has(file)) total += await size(file);
  }
  total += language;
  console.log(`${page}: ${inKB(total)} compressed of ${inKB(budget)}`);
  let over = total > budget;
  for (const c of page === "node" ? [...chunks.values()].filter((c) => c.isDynamicEntry && isScreen(c)) : []) {
    let more = 0;
    for (const file of needs(chunks, [c], isScreen)) if (!first.has(file)) more += await size(file);
    console.log(`  ${c.name}: ${inKB(more)} more`);
    over ||= more > screenBudget && !chat.test(c.facadeModuleId);
  }
  if (over) {
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
