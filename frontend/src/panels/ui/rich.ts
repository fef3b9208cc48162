// A small markup for sentences: $maths$, `code`, **strong**, {w.grad} (a live number). Pure, and never HTML.

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "math"; tex: string }
  | { kind: "code"; text: string }
  | { kind: "strong"; text: string }
  | { kind: "live"; name: string; what: "value" | "grad" };

const PIECE = /\$([^$]+)\$|`([^`]+)`|\*\*([^*]+)\*\*|\{([^{}$]+)\.(value|grad)\}/g;

/** Splits a paragraph into its pieces, in order. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    if (match.index > end) found.push({ kind: "text", text: text.slice(end, match.index) });
    const [whole, tex, code, strong, name, what] = match;
    if (tex !== undefined) found.push({ kind: "math", tex });
    else if (code !== undefined) found.push({ kind: "code", text: code });
    else if (strong !== undefined) found.push({ kind: "strong", text: strong });
    else if (name !== undefined) found.push({ kind: "live", name, what: what === "grad" ? "grad" : "value" });
    end = match.index + whole.length;
  }
  if (end < text.length) found.push({ kind: "text", text: text.slice(end) });
  return found;
}

/** Paragraphs are parted by an empty line. */
export function paragraphs(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
