import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";

/**
 * Compiles the ICU messages of src/lib/locales/*.json while building, so that
 * no message parser is sent to the browser.
 */
export function catalogs(): Plugin {
  return {
    name: "helium-catalogs",
    enforce: "pre",
    transform(code, id) {
      if (!/\/src\/lib\/locales\/[\w-]+\.json$/.test(id)) return;
      const source = JSON.parse(code) as Record<string, string>;
      const compiled = Object.fromEntries(Object.entries(source).map(([key, text]) => [key, compileMessage(text)]));
      return { code: `export default ${JSON.stringify(compiled)}`, moduleType: "js" };
    },
  };
}
