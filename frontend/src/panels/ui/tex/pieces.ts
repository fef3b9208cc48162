/** A formula that is wider than its place: it goes on in the next line. */
import type { mathml as render } from "./render";

/** With room for a new line before each sign of a sum, and before each =, that nothing encloses. */
export function inPieces(mathml: typeof render, tex: string): Node[] {
  return piecesOf(tex).flatMap((piece) => [
    mathml(`\\displaystyle{}${piece}`, false).toNode(),
    new Text(" "),
  ]);
}

export function piecesOf(tex: string): string[] {
  const pieces = [""];
  let depth = 0;
  for (const part of tex.split(/(\\left|\\right|\\.|[{}]| [-+=] )/)) {
    if (part === "{" || part === "\\left") depth++;
    if (part === "}" || part === "\\right") depth--;
    if (/^ [-+=] $/.test(part) && depth === 0) pieces.push("{}" + part);
    else pieces[pieces.length - 1] += part;
  }
  return pieces;
}
