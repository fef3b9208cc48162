// One set of options for the Vite plugin and for `npm run messages`, so that both compile the same messages.
// The language is kept in memory and set by the page (overwriteGetLocale), so that it switches without a reload.

/** @type {import("@inlang/paraglide-js").CompilerOptions} */
export const paraglide = {
  project: "./project.inlang",
  outdir: "./src/i18n/paraglide",
  // A file for each message, while one develops too: src/i18n/by-key.ts picks some by their names.
  outputStructure: "message-modules",
  strategy: ["globalVariable", "baseLocale"],
  isServer: "false",
  disableAsyncLocalStorage: true,
  emitGitIgnore: false,
  emitPrettierIgnore: false,
  emitReadme: false,
  cleanOutdir: false,
};

/** Of what sources the compiled messages are: written when all are there. */
export const STAMP = `${paraglide.outdir}/.sources`;
