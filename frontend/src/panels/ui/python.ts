// Enough of Python's surface to grey its comments. Pure.

export interface Piece {
  kind: "code" | "comment";
  text: string;
}

/** Parts a line at its comment; a # in a string is none. */
export function highlight(line: string): Piece[] {
  let quote = "";
  for (let k = 0; k < line.length; k++) {
    const sign = line[k] ?? "";
    if (quote) quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "#")
      return [
        { kind: "code", text: line.slice(0, k) },
        { kind: "comment", text: line.slice(k) },
      ];
  }
  return [{ kind: "code", text: line }];
}
