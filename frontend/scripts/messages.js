// Compiles src/i18n/*.json, for the tools that read the page's sources: once for all of them, as it takes seconds.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { paraglide, STAMP } from "../paraglide.config.js";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const SETTINGS = "project.inlang/settings.json";
const { locales } = JSON.parse(readFileSync(SETTINGS, "utf8"));
const files = locales.map((locale) => `src/i18n/${locale}.json`);

// The compiler does not say which file it could not read.
for (const file of files) {
  try {
    JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    console.error(`error: ${file}: ${error.message}`);
    process.exit(1);
  }
}

const hash = createHash("sha256");
for (const source of [...files, SETTINGS, "paraglide.config.js", "package-lock.json"])
  hash.update(readFileSync(source)).update("\0");
const made = hash.digest("hex");

if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== made) {
  const { compile } = await import("@inlang/paraglide-js");
  await compile(paraglide);
  writeFileSync(STAMP, made);
}
