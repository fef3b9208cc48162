// The exact numbers of a place of the picture of a text, in words.
import { m } from "../../i18n/paraglide/messages.js";
import { exact } from "../../render/format";
import type { TextSpot } from "../../render/text-view/arrangement";
import {
  headsOf,
  matrixOf,
  stageCells,
  visible,
  weightAt,
  widthOf,
  type Candidate,
} from "../../render/text-view/parts";
import { toNumber } from "../../store/reduce";
import type { FrameView, Graph, GraphText, TokenResult } from "../../store/types";
import type { TokenChoice } from "../../store/view";

export interface Told {
  readonly title: string;
  readonly rows: readonly { readonly name: string; readonly number: string }[];
}

export interface Looked {
  readonly graph: Graph;
  readonly text: GraphText;
  readonly frame: FrameView;
  readonly chosen: TokenChoice;
  /** The chosen token by itself. */
  readonly traced: TokenResult | null;
  readonly candidates: readonly Candidate[];
  /** The character at a place, as one sees it. */
  characterAt(position: number): string;
}

/** What is known at each place, after how many blocks. */
export function stageName(k: number): string {
  return k === 0 ? m.text_embeddings() : m.text_after_block({ n: k });
}

export function toldAt(spot: TextSpot, looked: Looked): Told {
  const { graph, text, frame, chosen, traced, candidates, characterAt } = looked;
  const { part, which, head, row, column } = spot;
  const dtype = graph.nodes[text.logits]?.dtype ?? "float32";
  const of = (name: string, number: number | null | undefined) => ({
    name,
    number: exact(number ?? null, dtype),
  });
  const at = m.text_place({ n: column + 1, character: characterAt(column) });
  const looks = () => {
    const data = frame.ownValue(text.attention[chosen.block] ?? -1)?.data;
    return Array.from({ length: headsOf(graph, text) }, (_, k) =>
      of(
        m.text_head({ block: chosen.block + 1, head: k + 1 }),
        data?.[weightAt(text.context, k, chosen.position, column)],
      ),
    );
  };
  const pulls = (stage: number) => {
    const { sizes, shares, dots } = traced?.stages[stage] ?? {};
    // What is summed up is summed in float64.
    return [
      { name: m.text_size(), number: exact(toNumber(sizes?.[column]), "float64") },
      { name: m.text_share(), number: exact(toNumber(shares?.[column]), "float64") },
      { name: m.text_dot(), number: exact(toNumber(dots?.[column]), "float64") },
    ];
  };
  switch (part) {
    case "tokens":
      return { title: at, rows: [...looks(), ...pulls(0)] };
    case "looks":
      return { title: at, rows: looks() };
    case "pulls":
      return { title: at, rows: pulls(0) };
    case "matrix": {
      const { what, data } = matrixOf(graph, text, frame, traced, which);
      const title = m.text_weight({
        head: m.text_head({ block: which + 1, head: head + 1 }),
        from: `${row + 1} ${characterAt(row)}`,
        to: `${column + 1} ${characterAt(column)}`,
      });
      const names = {
        weights: m.text_attention(),
        scores: "S",
        "by weights": "∂L/∂A",
        "by scores": "∂L/∂S",
      };
      return { title, rows: [of(names[what], data?.[weightAt(text.context, head, row, column)])] };
    }
    case "stage": {
      const { what, data } = stageCells(graph, text, frame, traced, which);
      const number = of(
        what === "grad" ? m.text_gradient() : m.text_value({ n: row + 1 }),
        data?.[column * widthOf(graph, text) + row],
      );
      const rows = what === "grad" ? [number, ...pulls(which)] : [number];
      return { title: `${stageName(which)}, ${at}`, rows };
    }
    case "next": {
      const one = candidates[row];
      const z = frame.ownValue(text.logits)?.data;
      const place = chosen.position * text.characters.length + (one?.token ?? 0);
      return {
        title: m.text_candidate({ character: one ? visible(text.characters[one.token] ?? "") : "—" }),
        rows: [
          { name: "p", number: exact(one?.probability ?? null, "float64") },
          // Of a text that is not the window's, only the probability is told.
          ...(traced ? [of("z", one && z ? z[place] : null)] : []),
        ],
      };
    }
  }
}
