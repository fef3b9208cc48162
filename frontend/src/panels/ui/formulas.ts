// Formulas as MathML. The library comes when the first one is shown, so that the page itself comes first.
import { awaited, warm } from "../model/warm";
import type { mathml as render } from "./tex/render";

type Mathml = typeof render;
/** What a formula becomes that is wider than its place. */
export type Wrap = (mathml: Mathml, tex: string) => Node[];
let mathml: Mathml | null = null;
let loading: Promise<Mathml> | null = null;

function load(): Promise<Mathml> {
  loading ??= import("./tex/render").then(
    (module) => (mathml = module.mathml),
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
export function setFormula(host: HTMLElement, tex: string, display: boolean, wrap?: Wrap): void {
  if (mathml) show(mathml, host, tex, display, wrap);
  else {
    host.textContent = plain(tex);
    void load().then((loaded) => {
      show(loaded, host, tex, display, wrap);
    });
  }
}

/** What makes no sense stays as text. */
function show(mathml: Mathml, host: HTMLElement, tex: string, display: boolean, wrap?: Wrap): void {
  try {
    host.replaceChildren(mathml(tex, display).toNode());
    if (wrap && host.scrollWidth > host.clientWidth) host.replaceChildren(...wrap(mathml, tex));
  } catch {
    host.textContent = plain(tex);
  }
}

function plain(tex: string): string {
  return tex.replace(/\\[a-zA-Z]+|[{}\\]/g, " ").replace(/\s+/g, " ");
}
