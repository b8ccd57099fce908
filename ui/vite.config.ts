/**
 * How the page is bundled: a script for the list, one for what is typed, a style sheet; names that never change, so that what is built depends
 * on the sources alone. It refuses to know where the service is.
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";

/** What distinguishes a build from others: its sources and packages. */
function buildName(): string {
  const root = import.meta.dirname;
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = sources.map(({ parentPath, name }) => join(parentPath, name)).sort();
  const hash = createHash("sha256");
  for (const path of [...paths, join(root, "package-lock.json")]) hash.update(readFileSync(path));
  return hash.digest("hex").slice(0, 16);
}

export default defineConfig({
  // Whatever path a proxy serves the page under, its files are beside it.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  define: { __BUILD__: JSON.stringify(buildName()) },
  build: {
    outDir: "dist",
    sourcemap: false,
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    // `light-dark()`, `popover` and `<dialog>` as they are: browsers from the middle of 2024 on.
    target: ["chrome123", "edge123", "firefox125", "safari17.5"],
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: "app.js",
        chunkFileNames: "[name].js",
        assetFileNames: (asset) => (asset.names.some((name) => name.endsWith(".css")) ? "app.css" : "[name][extname]"),
      },
    },
  },
});
