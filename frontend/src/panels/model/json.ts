// JSON as it was sent, on several lines: read back and written anew, -24.0 would become -24.

/** Each field of the outermost object on a line of its own; not a character but white space is added. Pure. */
export function indented(json: string): string {
  let depth = 0;
  let text = "";
  // Strings as a whole: what looks like a bracket in them is none.
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^"{}[\],:]+/g)) {
    const closes = token === "}" || token === "]";
    if (closes) depth -= 1;
    if (token === "}" && depth === 0) text += "\n";
    text += token;
    if (token === "{" || token === "[") depth += 1;
    if (depth === 1 && (token === "{" || token === ",")) text += "\n  ";
    else if (token === ":" || token === ",") text += " ";
  }
  return text;
}

/** NaN and the infinities have no literal in JSON. */
export function inJson(value: number): number | "NaN" | "Infinity" | "-Infinity" {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}
