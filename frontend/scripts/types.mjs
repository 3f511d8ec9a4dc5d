// Writes src/lib/api.gen.ts from src/lib/api.schema.json, which `go run
// ./app/api/gen` writes from the Go types. With --check it writes nothing and
// fails when the two differ.
import { readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const schemaFile = new URL("../src/lib/api.schema.json", import.meta.url);
const typesFile = new URL("../src/lib/api.gen.ts", import.meta.url);

const schema = JSON.parse(await readFile(schemaFile, "utf8"));
const types = await compile(schema, "Pages", {
  bannerComment:
    "// Made by `npm run types` from the Go types of app/api, backend/bridge and backend/protocol. Do not edit.",
  additionalProperties: false,
  style: { printWidth: 120 },
});

if (!process.argv.includes("--check")) {
  await writeFile(typesFile, types);
} else if ((await readFile(typesFile, "utf8")) !== types) {
  console.error("src/lib/api.gen.ts is older than api.schema.json: run `npm run types` and commit it");
  process.exit(1);
}
