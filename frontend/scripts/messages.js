// Compiles src/i18n/*.json, for the tools that read the page's sources without going through Vite.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "@inlang/paraglide-js";
import { paraglide } from "../paraglide.config.js";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

// The compiler does not say which file it could not read.
const { locales } = JSON.parse(readFileSync("project.inlang/settings.json", "utf8"));
for (const locale of locales) {
  const file = `src/i18n/${locale}.json`;
  try {
    JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    console.error(`error: ${file}: ${error.message}`);
    process.exit(1);
  }
}
await compile(paraglide);
