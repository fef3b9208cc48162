// The rules of eslint.config.js for `npm run lint`, with one TypeScript program for all files. An editor needs one that
// follows what is typed; with that, a whole run makes a new one for each Svelte file.
import { readFileSync } from "node:fs";
import svelte from "eslint-plugin-svelte";
import { defineConfig } from "eslint/config";
import typescript from "typescript";
import ts from "typescript-eslint";
import config from "./eslint.config.js";
import svelteConfig from "./svelte.config.js";

const here = import.meta.dirname;

const { parser: svelteParser } = svelte.configs.base.find(
  ({ languageOptions: its }) => its?.parser,
).languageOptions;
const FOUND = new Error("what types are asked for is found");

/** The TypeScript that Svelte's parser makes of a file, with what stands in its markup. */
function translated(filePath) {
  let found;
  const parser = {
    ...ts.parser,
    parseForESLint(code, options) {
      // Earlier it parses what it needs no types for.
      if (!options.programs) return ts.parser.parseForESLint(code, options);
      found = code;
      throw FOUND;
    },
  };
  try {
    svelteParser.parseForESLint(readFileSync(filePath, "utf8"), {
      filePath,
      parser,
      programs: [],
      svelteConfig,
    });
  } catch (error) {
    if (error !== FOUND) throw error;
  }
  return found;
}

function createProgram() {
  const { config: read } = typescript.readConfigFile(`${here}/tsconfig.json`, typescript.sys.readFile);
  const component = {
    extension: ".svelte",
    isMixedContent: false,
    scriptKind: typescript.ScriptKind.Deferred,
  };
  const { fileNames, options } = typescript.parseJsonConfigFileContent(
    read,
    typescript.sys,
    here,
    { allowNonTsExtensions: true },
    undefined,
    undefined,
    [component],
  );
  const host = typescript.createCompilerHost(options, true);
  const readFile = host.readFile;
  host.readFile = (name) => (/\.svelte(\.ts)?$/.test(name) ? translated(name) : readFile(name));
  return typescript.createProgram(fileNames, options, host);
}

const program = createProgram();

const parser = {
  ...ts.parser,
  parseForESLint(code, options) {
    if (options.programs && program.getSourceFile(options.filePath)?.text !== code)
      throw new Error("this is not what the program has read");
    return ts.parser.parseForESLint(code, options);
  },
};

export default defineConfig(
  config,
  {
    files: ["src/**/*.ts", "src/**/*.svelte"],
    languageOptions: { parserOptions: { projectService: false, programs: [program] } },
  },
  { files: ["**/*.svelte", "**/*.svelte.ts"], languageOptions: { parserOptions: { parser } } },
);
