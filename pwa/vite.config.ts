/** Builds the app into dist/; one set of settings for build and tests. The same sources give the same bytes. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/",
  plugins: [svelte()],
  build: {
    target: "es2023",
    // The content security policy allows neither data: scripts nor inline ones.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // The first script names every other one: seven characters tell them apart as well as eight, and it is lighter.
      output: {
        entryFileNames: "assets/[name]-[hash:7].js",
        chunkFileNames: "assets/[name]-[hash:7].js",
        assetFileNames: "assets/[name]-[hash:7][extname]",
      },
    },
  },
  worker: { format: "es" },
  // Whole tablets come and go in some of them; on a busy machine that takes longer than the five seconds of the default.
  test: { include: ["tests/**/*.test.ts"], environment: "node", testTimeout: 60_000 },
});
