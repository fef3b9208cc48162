/** A formula as MathML, as Temml's own entry makes it, without what looks for formulas in whole pages. */
import buildMathML from "temml/src/buildMathML.js";
import { StyleLevel } from "temml/src/constants.js";
import parseTree from "temml/src/parseTree.js";
import Settings from "temml/src/Settings.js";
import Style from "temml/src/Style.js";

/** What makes the elements of a formula, or their text. Throws where it makes no sense. */
export function mathml(tex: string, display: boolean): { toNode(): Node; toMarkup(): string } {
  // Temml builds elements and sets their style through the CSSOM, which a strict policy allows.
  const settings = new Settings({ displayMode: display, annotate: false, wrap: "none" });
  const level = display ? StyleLevel.DISPLAY : StyleLevel.TEXT;
  const style = new Style({ level, maxSize: settings.maxSize });
  return buildMathML(parseTree(tex, settings), tex, style, settings);
}
