import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { paraglide } from "./paraglide.config.js";

const server = process.env["CHAINRULE_SERVER"] ?? "http://127.0.0.1:8000";

export default defineConfig(({ mode }) => ({
  plugins: [paraglideVitePlugin(paraglide), svelte()],
  // Without this, tests would get Svelte's server build.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  build: {
    outDir: "../server/chainrule/static",
    emptyOutDir: true,
    target: "es2022",
    // The page runs under default-src 'self': no data: addresses, nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What every page needs, in one file: each file more costs headers, and what compresses alone compresses less.
        codeSplitting: {
          groups: [
            {
              name: "base",
              test: /lucide\/svelte\/dist\/(Icon|context|defaultAttributes|utils)|preload-helper|i18n\/paraglide\/runtime|i18n\/locale|i18n\/percent|messages\/(accuracy|legend_negative_value)\.js/,
            },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    proxy: { "/api": { target: server, ws: true } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    restoreMocks: true,
    // One page after the other in the same process: a new one for each file takes longer than all tests.
    isolate: false,
  },
}));
