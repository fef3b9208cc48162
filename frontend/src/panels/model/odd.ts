// Which number is not finite. Pure.
import type { FrameView, GraphNode, Source, TensorView } from "../../store/types";

/** The first element that is NaN or infinite; null where all are finite or not known here. */
export function oddIndex(view: TensorView | null): number[] | null {
  const flat = view?.data?.findIndex((x) => !Number.isFinite(x)) ?? -1;
  if (!view || flat < 0) return null;
  const index: number[] = [];
  let rest = flat;
  for (const extent of [...view.shape].reverse()) {
    index.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return index;
}

/** A number of a node that is NaN or infinite: of its value, else of its gradient. */
export function oddNumber(frame: FrameView, node: GraphNode): Source | null {
  const value = oddIndex(frame.value(node.index));
  if (value) return { name: node.name, what: "value", index: value, argument: null };
  const grad = oddIndex(frame.grad(node.index));
  return grad && { name: node.name, what: "grad", index: grad, argument: null };
}
