// Elements of a tensor by their indices, and what they are called. Pure.
import type { GraphNode } from "../../store/types";

/** A menu of more is no menu. */
const MOST = 400;

/** All indices of a shape in order, up to a few hundred. */
export function cellsOf(shape: readonly number[]): number[][] {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return Array.from({ length: Math.min(count, MOST) }, (_, flat) => placeOf(flat, shape));
}

/** The index of an element by its place in row-major order. */
export function placeOf(flat: number, shape: readonly number[]): number[] {
  const place = new Array<number>(shape.length).fill(0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    place[axis] = flat % extent;
    flat = Math.floor(flat / extent);
  }
  return place;
}

/** The place in row-major order. */
export function flatOf(place: readonly number[], shape: readonly number[]): number {
  return place.reduce((flat, k, axis) => flat * (shape[axis] ?? 1) + k, 0);
}

/** "weight[2, 1]": the last part of the name, and the index from 0 as the program writes it. */
export function cellName(node: GraphNode, place: readonly number[]): string {
  const name = node.label.split(".").at(-1) ?? node.label;
  return place.length === 0 ? name : `${name}[${place.join(", ")}]`;
}
