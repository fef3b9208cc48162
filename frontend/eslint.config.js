import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import { defineConfig } from "eslint/config";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default defineConfig(
  { ignores: ["node_modules/", ".svelte-check/", "src/i18n/paraglide/", "src/protocol.gen.ts"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  {
    rules: {
      "no-undef": "off", // TypeScript knows better
      eqeqeq: "error",
      "no-console": "error",
      "no-eval": "error",
      "no-new-func": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "svelte/no-at-html-tags": "error",
      "svelte/no-target-blank": "error",
      // No stores are used, and looking for them is half of the time.
      "svelte/require-store-reactive-access": "off",
    },
  },
  {
    files: ["src/**/*.ts", "src/**/*.svelte", "src/**/*.svelte.ts"],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, extraFileExtensions: [".svelte"] },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: ["*.js", "*.ts", "scripts/**", "tests/**", "dev/**"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    // In a test, what is not there fails by itself.
    rules: { "no-console": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    // The engine's numbers reach the page through the store; layout and render stay free of the framework.
    files: ["src/layout/**", "src/render/**", "src/store/**", "src/transport/**"],
    ignores: ["**/*.svelte.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["svelte", "svelte/*", "*.svelte"], message: "The UI framework stays in panels/." },
          ],
        },
      ],
    },
  },
);
