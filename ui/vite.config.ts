/**
 * How the page is bundled: a script for the list, one for what is typed, a style sheet; names that never change, so that what is built depends
 * on the sources alone. It refuses to know where the service is.
 */
import { defineConfig } from "vite";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
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
