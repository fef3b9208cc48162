/** About how large the frames of a graph will be, before they are laid out: the root as plain cards. Pure. */
import { levelsOf } from "./fold";
import { LANE } from "./lane";
import { INSIDE, PAD } from "./nested";
import type { LayoutRequest, Size } from "./types";

export interface Sketch {
  readonly nodes: readonly { readonly index: number; readonly size: Size; readonly arity: number }[];
  readonly edges: readonly { readonly source: number; readonly target: number }[];
  /** The number by which a frame goes in the sketch. */
  readonly numberOf: (frame: string) => number;
}

/** The inside of a frame, or with null the root. */
export function sketch(request: LayoutRequest, frame: string | null = null): Sketch {
  const inner = request.frames.filter(({ within }) => (within ?? null) === frame);
  const numbers = new Map(request.frames.map(({ id }, k) => [id, -1 - k]));
  const around = new Map(request.frames.map(({ id, within }) => [id, within ?? null]));
  const owner = new Map(request.nodes.map(({ index, within }) => [index, within ?? null]));
  /** The card or inner frame through which a node is seen here; null where it is elsewhere. */
  const seen = (node: number): number | null => {
    let at = owner.get(node) ?? null;
    if (at === frame) return node;
    while (at !== null && (around.get(at) ?? null) !== frame) at = around.get(at) ?? null;
    return at === null ? null : (numbers.get(at) ?? null);
  };
  const edges = request.edges.flatMap((edge) => {
    const [source, target] = [seen(edge.source), seen(edge.target)];
    return source === null || target === null || source === target ? [] : [{ source, target }];
  });
  const fed = new Set(edges.map(({ target }) => target));
  return {
    nodes: [
      ...request.nodes
        .filter(({ within, host }) => (within ?? null) === frame && host === undefined)
        .map(({ index, size, arity }) => ({ index, size, arity })),
      ...inner.map(({ id, width }) => {
        const index = numbers.get(id) ?? 0;
        return { index, size: sizeOf(request, id, width), arity: fed.has(index) ? 1 : 0 };
      }),
    ],
    edges,
    numberOf: (id) => numbers.get(id) ?? 0,
  };
}

function sizeOf(request: LayoutRequest, frame: string, title: number): Size {
  const right = request.flow === "right";
  const inside = sketch(request, frame);
  const columns = new Map<number, Size>();
  for (const [index, level] of levelsOf(inside)) {
    const size = inside.nodes.find((node) => node.index === index)?.size ?? { w: 0, h: 0 };
    const was = columns.get(level);
    columns.set(level, {
      w: right ? Math.max(was?.w ?? 0, size.w) : (was ? was.w + INSIDE.node : 0) + size.w,
      h: right ? (was ? was.h + INSIDE.node : 0) + size.h : Math.max(was?.h ?? 0, size.h),
    });
  }
  const sizes = [...columns.values()];
  const sum = (of: (size: Size) => number) =>
    sizes.reduce((all, one) => all + of(one) + INSIDE.layer, -INSIDE.layer);
  const most = (of: (size: Size) => number) => Math.max(0, ...sizes.map(of));
  const content = right
    ? { w: sum((s) => s.w), h: most((s) => s.h) }
    : { w: most((s) => s.w), h: sum((s) => s.h) };
  const beside = request.nodes.filter(({ within, host }) => within === frame && host !== undefined);
  const lane = beside.reduce((all, { size }) => all + (right ? size.w : size.h) + LANE.gap, -LANE.gap);
  const deep = Math.max(0, ...beside.map(({ size }) => (right ? size.h + LANE.right : size.w + LANE.down)));
  return {
    w: Math.max(title, 2 * PAD.side + (right ? Math.max(content.w, lane) : content.w + deep)),
    h: PAD.title + PAD.side + (right ? content.h + deep : Math.max(content.h, lane)),
  };
}
