// Formulas as MathML. The library comes when the first one is shown, so that the page itself comes first. Its sources
// are taken, not its bundle: that adds chemistry.
import type Library from "temml";
import { awaited, warm } from "../model/warm";

type Temml = typeof Library;
let temml: Temml | null = null;
let loading: Promise<Temml> | null = null;

function load(): Promise<Temml> {
  loading ??= import("temml/temml.js").then(
    (module) => (temml = module.default),
    (error: unknown) => {
      // The next formula tries again.
      loading = null;
      throw error;
    },
  );
  return loading;
}

// Only where the first picture has a formula.
awaited(async () => loading && (await loading, document.fonts.load('16px "Chainrule Math"', "w")));
warm(load);
// Greek and rare signs are in the font's second file: a formula with them should not change its shape when it comes.
warm(() => document.fonts.load('16px "Chainrule Math"', "θ"));

/** Put a formula into an element: at once where the library is here, as plain text until then. */
export function setFormula(host: HTMLElement, tex: string, display: boolean): void {
  const options = { displayMode: display, throwOnError: false, annotate: false, wrap: "none" as const };
  // Temml builds elements and sets their style through the CSSOM, which a strict policy allows.
  if (temml) temml.render(tex, host, options);
  else {
    host.textContent = plain(tex);
    void load().then((loaded) => {
      loaded.render(tex, host, options);
    });
  }
}

function plain(tex: string): string {
  return tex.replace(/\\[a-zA-Z]+|[{}\\]/g, " ").replace(/\s+/g, " ");
}
