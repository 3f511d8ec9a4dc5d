import type { Plugin } from "vite";

/**
 * Puts everything that the page needs before it shows anything into one file. A webview
 * asks for each of its files on its own, which takes a few milliseconds every time.
 */
export function firstChunk(): Plugin {
  const needed = new Set<string>();
  return {
    name: "helium-first-chunk",
    outputOptions(options) {
      return { ...options, codeSplitting: { groups: [{ name: "first", test: (id) => needed.has(id) }] } };
    },
    buildEnd() {
      const visit = (id: string, entry: boolean) => {
        if (needed.has(id)) return;
        if (!entry) needed.add(id);
        for (const next of this.getModuleInfo(id)?.importedIds ?? []) visit(next, false);
      };
      for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry) visit(id, true);
    },
  };
}
