// Compiles src/i18n/*.json, for the tools that read the page's sources without going through Vite.
import { fileURLToPath } from "node:url";
import { compile } from "@inlang/paraglide-js";
import { paraglide } from "../paraglide.config.js";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
await compile(paraglide);
