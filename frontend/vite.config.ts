import { resolve } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { catalogs } from "./catalogs.ts";
import { firstChunk } from "./first-chunk.ts";

/** Builds one page: `vite build --mode chat` or `--mode node`. */
export default defineConfig(({ mode }) => {
  const page = mode === "node" ? "node" : "chat";
  return {
    root: resolve(import.meta.dirname, "src", page),
    base: "./",
    publicDir: resolve(import.meta.dirname, "src", "ui", "public"),
    plugins: [catalogs(), react(), tailwindcss(), firstChunk()],
    build: {
      outDir: resolve(import.meta.dirname, "dist", page),
      emptyOutDir: true,
      target: "es2022",
      // A policy without 'data:' scripts and fonts refuses inlined assets.
      assetsInlineLimit: 0,
      // In kilobytes; scripts/build.mjs holds the page to a budget of its own.
      chunkSizeWarningLimit: 1000,
      // The chat page has few parts, and fetches those itself before they are needed.
      modulePreload: page === "chat" ? false : { polyfill: false },
    },
  };
});
