import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { paraglide, STAMP } from "./paraglide.config.js";

/** Of Temml only what formulas here are made of. */
const fewerFunctions = {
  name: "fewer-functions",
  enforce: "pre" as const,
  resolveId(source: string, importer: string | undefined) {
    return source === "./functions" && importer?.includes("/temml/src/")
      ? fileURLToPath(new URL("src/panels/ui/tex/functions.ts", import.meta.url))
      : null;
  },
};

/** Of its signs, a third of the library, not those of rarer packages: each is a paragraph under its own heading. */
const fewerSigns = {
  name: "fewer-signs",
  enforce: "pre" as const,
  transform(code: string, id: string) {
    if (!id.endsWith("/temml/src/symbols.js")) return null;
    const rare = /^\/\/ (AMS (?!Greek)|stix )/;
    const parts = code.split("\n\n");
    const kept = parts.filter((part) => !rare.test(part));
    if (parts.length - kept.length !== 9)
      throw new Error("Temml's signs stand in other paragraphs than they did");
    return { code: kept.join("\n\n"), map: null };
  },
};

const server = process.env["CHAINRULE_SERVER"] ?? "http://127.0.0.1:8000";

/** Messages are compiled as they are written; otherwise `scripts/messages.js` has compiled them. */
function whileDeveloping() {
  rmSync(STAMP, { force: true });
  return paraglideVitePlugin(paraglide);
}

export default defineConfig(({ mode }) => ({
  plugins: [...(mode === "development" ? [whileDeveloping()] : []), svelte(), fewerFunctions, fewerSigns],
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
              test: /lucide\/svelte\/dist\/(Icon|context|defaultAttributes|utils)|preload-helper|i18n\/paraglide\/runtime|i18n\/locale|i18n\/percent|src\/render\/(canvas|motion|theme|plots\/axis)|model\/ask|messages\/(accuracy|legend_negative_value)\.js/,
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
    // Its sources are written for a bundler.
    server: { deps: { inline: [/temml\/src/] } },
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    restoreMocks: true,
    // A machine may be busy with something else: how long anything takes is not what is tested.
    testTimeout: 60_000,
    // One page after the other in the same process: a new one for each file takes longer than all tests.
    isolate: false,
  },
}));
