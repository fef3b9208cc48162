/** Points of data as marks: a disc, and of more than two classes a shape of their own for each. */
import { classColor, numberColor } from "./colors";
import { pixelOf, type Range } from "./places";
import type { Dataset } from "../../store/types";
import type { Theme } from "../theme";

export type Shape = "disc" | "square" | "triangle" | "diamond" | "wedge" | "plus";
const SHAPES: readonly Shape[] = ["disc", "square", "triangle", "diamond", "wedge", "plus"];

/** Two classes are told apart by colour, which is their sign; more by shape too. */
export function shapeOf(k: number, classes: number): Shape {
  return classes > 2 ? (SHAPES[k % SHAPES.length] ?? "disc") : "disc";
}

/** Adds a shape to the path: all have about the same area. */
export function trace(ctx: CanvasRenderingContext2D, shape: Shape, x: number, y: number, r: number): void {
  const corners = (...at: (readonly [number, number])[]) => {
    at.forEach(([dx, dy], k) => {
      if (k === 0) ctx.moveTo(x + dx * r, y + dy * r);
      else ctx.lineTo(x + dx * r, y + dy * r);
    });
    ctx.closePath();
  };
  switch (shape) {
    case "disc":
      ctx.moveTo(x + r, y);
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      break;
    case "square":
      ctx.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76);
      break;
    case "triangle":
      corners([0, -1.25], [1.15, 0.8], [-1.15, 0.8]);
      break;
    case "wedge":
      corners([0, 1.25], [1.15, -0.8], [-1.15, -0.8]);
      break;
    case "diamond":
      corners([0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]);
      break;
    case "plus": {
      const [a, b] = [1.2, 0.45];
      const arms = [[-b, -a], [b, -a], [b, -b], [a, -b], [a, b], [b, b], [b, a], [-b, a], [-b, b], [-a, b], [-a, -b], [-b, -b]] as const; // prettier-ignore
      corners(...arms);
    }
  }
}

/** The colour of a point's class, or of its number. */
export function colorOf(theme: Theme, target: number, classes: number): string {
  return classes > 0 ? classColor(theme, target) : numberColor(theme, target);
}

export interface Points {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly targets: Float64Array;
  readonly classes: number;
  readonly heldOut: number;
}

/** The points of a data set as columns. */
export function pointsOf({ inputs, targets, classes, held_out }: Dataset): Points {
  return {
    xs: Float64Array.from(inputs, ([x]) => Number(x)),
    ys: Float64Array.from(inputs, ([, y]) => Number(y)),
    targets: Float64Array.from(targets, Number),
    classes,
    heldOut: held_out,
  };
}

/** Points filled, with a ring that keeps them apart from the surface; those held out are hollow. */
export function paintPoints(
  ctx: CanvasRenderingContext2D,
  points: Points,
  range: Range,
  size: number,
  theme: Theme,
  options: { readonly test: boolean; readonly radius: number },
): void {
  const ring = theme.name === "dark" ? theme.card : "#ffffff";
  const { xs, ys, targets, classes, heldOut } = points;
  for (let k = options.test ? 0 : heldOut; k < xs.length; k++) {
    const target = targets[k] ?? 0;
    const color = colorOf(theme, target, classes);
    const hollow = k < heldOut;
    const [x, y] = [pixelOf(xs[k] ?? 0, range, size), size - pixelOf(ys[k] ?? 0, range, size)];
    ctx.beginPath();
    trace(ctx, shapeOf(target, classes), x, y, options.radius);
    ctx.strokeStyle = ring;
    ctx.lineWidth = hollow ? 4 : 2.4;
    ctx.stroke();
    ctx.fillStyle = hollow ? ring : color;
    ctx.fill();
    if (!hollow) continue;
    ctx.strokeStyle = color;
    ctx.lineWidth = 1.8;
    ctx.stroke();
  }
}
