/**
 * Lays out a folded graph: each row by itself, then one below the other. A wire to a later row leaves at the right end
 * of its row, comes back through the gutter above the row of its target, and enters that row from the left.
 */
import type { ElkNode, ElkExtendedEdge } from "elkjs/lib/elk-api.js";
import { boundsOf, elkCard, layeredOptions, type Solver } from "./elk-graph";
import { GUTTER } from "./fold";
import type { Bend, Box, LayoutRequest, Point, Positions } from "./types";

type Edge = LayoutRequest["edges"][number];

interface Passage {
  readonly edge: Edge;
  readonly from: number;
  readonly to: number;
}

interface Row {
  readonly nodes: Map<number, Box>;
  readonly bends: Map<string, Point[]>;
  /** Where wires leave and enter, by edge. */
  readonly exits: Map<number, Point>;
  readonly entries: Map<number, Point>;
  readonly box: Box;
}

/** Keeps room for a wire that enters or leaves. */
const STUB = 20;

export async function solveRows(request: LayoutRequest, solver: Solver): Promise<Positions> {
  const rowOf = new Map(request.nodes.map((node) => [node.index, node.row ?? 0]));
  const count = 1 + Math.max(...rowOf.values());
  const passages = request.edges.flatMap((edge): Passage[] => {
    const [from, to] = [rowOf.get(edge.source) ?? 0, rowOf.get(edge.target) ?? 0];
    return from === to ? [] : [{ edge, from, to }];
  });
  const rows: Row[] = [];
  for (let r = 0; r < count; r++)
    rows.push(readRow(await solver(rowGraph(request, passages, r, (n) => rowOf.get(n) === r))));
  return compose(request, rows, passages);
}

function rowGraph(
  request: LayoutRequest,
  passages: readonly Passage[],
  row: number,
  here: (node: number) => boolean,
): ElkNode {
  const stub = (id: string, side: "WEST" | "EAST", layer: string): ElkNode => ({
    id,
    width: 1,
    height: STUB,
    layoutOptions: { "elk.portConstraints": "FIXED_POS", "elk.layered.layering.layerConstraint": layer },
    ports: [
      { id: `${id}p`, x: side === "EAST" ? 1 : 0, y: STUB / 2, layoutOptions: { "elk.port.side": side } },
    ],
  });
  const entering = passages.filter((p) => p.to === row);
  const leaving = passages.filter((p) => p.from === row);
  return {
    id: `row${row}`,
    layoutOptions: { ...layeredOptions(request), "elk.separateConnectedComponents": "false" },
    children: [
      ...entering.map(({ edge }) => stub(`in${edge.index}`, "EAST", "FIRST")),
      ...request.nodes.filter((node) => here(node.index)).map((node) => elkCard(node, true)),
      ...leaving.map(({ edge }) => stub(`out${edge.index}`, "WEST", "LAST")),
    ],
    edges: [
      ...entering.map(({ edge }) => ({
        id: `b${edge.index}`,
        sources: [`in${edge.index}p`],
        targets: [`n${edge.target}i${edge.slot}`],
      })),
      ...request.edges
        .filter((edge) => here(edge.source) && here(edge.target))
        .map((edge) => ({
          id: `e${edge.index}`,
          sources: [`n${edge.source}o`],
          targets: [`n${edge.target}i${edge.slot}`],
        })),
      ...leaving.map(({ edge }) => ({
        id: `a${edge.index}`,
        sources: [`n${edge.source}o`],
        targets: [`out${edge.index}p`],
      })),
    ],
  };
}

function readRow(answer: ElkNode): Row {
  const row = {
    nodes: new Map<number, Box>(),
    exits: new Map<number, Point>(),
    entries: new Map<number, Point>(),
  };
  for (const { id, x = 0, y = 0, width = 0, height = 0 } of answer.children ?? []) {
    if (id.startsWith("in")) row.entries.set(Number(id.slice(2)), { x, y: Math.round(y + STUB / 2) });
    else if (id.startsWith("out")) row.exits.set(Number(id.slice(3)), { x, y: Math.round(y + STUB / 2) });
    else row.nodes.set(Number(id.slice(1)), { x: Math.round(x), y: Math.round(y), w: width, h: height });
  }
  const bends = new Map(
    ((answer.edges ?? []) as ElkExtendedEdge[]).map((edge) => [
      edge.id,
      (edge.sections ?? []).flatMap((section) => section.bendPoints ?? []),
    ]),
  );
  const stub = ({ x, y }: Point) => ({ x, y: y - STUB / 2, w: 0, h: STUB });
  const begin = boundsOf([...row.nodes.values(), ...[...row.entries.values()].map(stub)]);
  const { y, h } = boundsOf([begin, ...[...row.exits.values()].map(stub)]);
  // Wires that leave need no room of their own: they turn down beyond the longest row.
  return { ...row, bends, box: { x: begin.x, y, w: begin.w, h } };
}

function compose(request: LayoutRequest, rows: readonly Row[], passages: readonly Passage[]): Positions {
  const into = rows.map((_, r) => passages.filter((p) => p.to === r));
  const tops: number[] = [];
  let y = 0;
  rows.forEach((row, r) => {
    if (r > 0) y += GUTTER.below + GUTTER.above + GUTTER.lane * (into[r]?.length ?? 0);
    tops.push(y);
    y += row.box.h;
  });
  // Rows begin one below the other, behind the wires that enter them.
  const first = GUTTER.lane * Math.max(...into.map((list) => list.length));
  const moved = <P extends Point>(r: number, p: P): P => {
    const { x, y: top } = (rows[r] as Row).box;
    return { ...p, x: p.x - x + first, y: p.y - top + (tops[r] ?? 0) };
  };
  const nodes = new Map<number, Box>();
  const bends = new Map<number, readonly Bend[]>();
  rows.forEach((row, r) => {
    for (const [index, box] of row.nodes) nodes.set(index, moved(r, box));
    for (const [id, points] of row.bends)
      if (id.startsWith("e"))
        bends.set(
          Number(id.slice(1)),
          points.map((p) => moved(r, p)),
        );
  });
  const right = first + Math.max(...rows.slice(0, -1).map((row) => row.box.w)) + GUTTER.out;
  const lanes = lanesOf(
    passages,
    (p) => moved(p.from, (rows[p.from] as Row).exits.get(p.edge.index) as Point).y,
  );
  const places: Point[] = [];
  for (const p of passages) {
    const { index } = p.edge;
    const [a, b] = [rows[p.from] as Row, rows[p.to] as Row];
    const out = moved(p.from, a.exits.get(index) as Point);
    const enter = moved(p.to, b.entries.get(index) as Point);
    // The outermost wire of those that come together takes the lowest lane: none crosses another.
    const mates = (into[p.to] ?? []).toSorted(
      (s, t) => (lanes.get(s.edge.index) ?? 0) - (lanes.get(t.edge.index) ?? 0),
    );
    const lane = (tops[p.to] ?? 0) - GUTTER.above - GUTTER.lane * (mates.length - 1 - mates.indexOf(p));
    const entries = (into[p.to] ?? []).toSorted(
      (s, t) => (b.entries.get(s.edge.index)?.y ?? 0) - (b.entries.get(t.edge.index)?.y ?? 0),
    );
    const x = right + GUTTER.lane * (lanes.get(index) ?? 0);
    const left = first - GUTTER.lane * entries.indexOf(p);
    const turns: Bend[] = [
      { x, y: out.y, turn: true },
      { x, y: lane, turn: true },
      { x: left, y: lane, turn: true },
      { x: left, y: enter.y, turn: true },
    ];
    places.push(...turns);
    const leaves = { x: Math.min(out.x, x - GUTTER.margin), y: out.y };
    bends.set(index, [
      ...(a.bends.get(`a${index}`) ?? []).map((q) => moved(p.from, q)),
      leaves,
      ...turns,
      { x: Math.max(enter.x, left + GUTTER.margin), y: enter.y },
      ...(b.bends.get(`b${index}`) ?? []).map((q) => moved(p.to, q)),
    ]);
  }
  const names = new Map(
    request.nodes.flatMap((n) => (nodes.has(n.index) ? [[n.name, nodes.get(n.index) as Box]] : [])),
  );
  const bounds = boundsOf([...nodes.values(), ...places.map((q) => ({ ...q, w: 0, h: 0 }))]);
  return { flow: request.flow, nodes, names, bends, bounds };
}

/** How far out each wire turns down at the right: past all that turn beside it. */
function lanesOf(passages: readonly Passage[], y: (p: Passage) => number): ReadonlyMap<number, number> {
  const lanes = new Map<number, number>();
  const placed: Passage[] = [];
  for (const p of passages.toSorted((a, b) => b.from - a.from || y(b) - y(a))) {
    const beside = placed.filter((q) => q.from < p.to && p.from < q.to);
    lanes.set(p.edge.index, 1 + Math.max(-1, ...beside.map((q) => lanes.get(q.edge.index) ?? 0)));
    placed.push(p);
  }
  return lanes;
}
