/** A wire's curve: cubic pieces, measured by arc length. */
import type { Bend, Box, Flow, Point } from "../layout/types";
import type { Segment } from "./display";

const PIECES = 20;

export interface Sample extends Point {
  /** Unit tangent in the direction of the data. */
  readonly tx: number;
  readonly ty: number;
  /** The curve begins anew here. */
  readonly leap?: boolean;
}

export interface Curve {
  readonly d: readonly Segment[];
  readonly samples: readonly Sample[];
  readonly length: number;
}

const CORNER = 11;

/** From a source's port to a target's, through bends; tangents along the flow at both ends, corners at turns. */
export function curveThrough(points: readonly Bend[], flow: Flow): Curve {
  const first = points[0] as Bend;
  const d: Segment[] = [["M", first.x, first.y]];
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as Bend, points[i] as Bend];
    const next = points[i + 1];
    if (b.leap) d.push(["M", b.x, b.y]);
    else if (b.turn && next) {
      const [p, q] = [towards(b, a), towards(b, next)];
      d.push(["L", p.x, p.y], ["C", ...between(p, b), ...between(q, b), q.x, q.y]);
    } else if (a.turn) d.push(["L", b.x, b.y]);
    else {
      const [c1, c2] = controls(a, b, flow);
      d.push(["C", c1.x, c1.y, c2.x, c2.y, b.x, b.y]);
    }
  }
  return measured(d);
}

/** From what stands beside a card to it: against the flow's other direction, tangents along it at both ends. */
export function curveAcross(from: Point, to: Point, flow: Flow): Curve {
  const half = flow === "right" ? (to.y - from.y) / 2 : (to.x - from.x) / 2;
  const [c1, c2] =
    flow === "right"
      ? [
          { x: from.x, y: from.y + half },
          { x: to.x, y: to.y - half },
        ]
      : [
          { x: from.x + half, y: from.y },
          { x: to.x - half, y: to.y },
        ];
  return measured([
    ["M", from.x, from.y],
    ["C", c1.x, c1.y, c2.x, c2.y, to.x, to.y],
  ]);
}

/** Where a rounded corner begins. */
function towards(corner: Point, other: Point): Point {
  const length = distance(corner, other) || 1;
  const f = Math.min(CORNER, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * f, y: corner.y + (other.y - corner.y) * f };
}

function between(a: Point, b: Point): [number, number] {
  return [a.x + (b.x - a.x) * 0.55, a.y + (b.y - a.y) * 0.55];
}

function controls(a: Point, b: Point, flow: Flow): [Point, Point] {
  const along = flow === "right" ? b.x - a.x : b.y - a.y;
  const reach = Math.max(Math.abs(along) / 2, 18);
  return flow === "right"
    ? [
        { x: a.x + reach, y: a.y },
        { x: b.x - reach, y: b.y },
      ]
    : [
        { x: a.x, y: a.y + reach },
        { x: b.x, y: b.y - reach },
      ];
}

export function measured(d: readonly Segment[]): Curve {
  const points: Bend[] = [];
  let at: Point = { x: 0, y: 0 };
  for (const s of d) {
    if (s[0] === "M") points.push({ ...(at = { x: s[1], y: s[2] }), leap: points.length > 0 });
    else if (s[0] === "L") points.push((at = { x: s[1], y: s[2] }));
    else if (s[0] === "C") {
      const [from, c1, c2, to] = [at, { x: s[1], y: s[2] }, { x: s[3], y: s[4] }, { x: s[5], y: s[6] }];
      for (let k = 1; k <= PIECES; k++) points.push(cubic(from, c1, c2, to, k / PIECES));
      at = to;
    }
  }
  return resample(d, points);
}

/** Points evenly spaced by length, so that a token moves evenly. */
function resample(d: readonly Segment[], points: readonly Bend[]): Curve {
  const lengths: number[] = [0];
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as Bend, points[i] as Bend];
    lengths.push((lengths[i - 1] as number) + (b.leap ? 0 : distance(a, b)));
  }
  const length = lengths.at(-1) ?? 0;
  const count = Math.max(2, Math.min(400, Math.round(length / 6)));
  const samples: Sample[] = [];
  let k = 1;
  for (let i = 0; i <= count; i++) {
    const want = (length * i) / count;
    let leap = false;
    while (k < points.length - 1 && (lengths[k] as number) < want) leap = points[++k - 1]?.leap || leap;
    const [a, b] = [points[k - 1] as Point, points[k] as Point];
    const span = (lengths[k] as number) - (lengths[k - 1] as number) || 1;
    const f = Math.min(1, Math.max(0, (want - (lengths[k - 1] as number)) / span));
    const l = distance(a, b) || 1;
    samples.push({
      x: a.x + (b.x - a.x) * f,
      y: a.y + (b.y - a.y) * f,
      tx: (b.x - a.x) / l,
      ty: (b.y - a.y) / l,
      ...(leap ? { leap } : {}),
    });
  }
  return { d, samples, length };
}

/** The point at fraction s of the length, 0 at the source. */
export function pointAt(curve: Curve, s: number): Sample {
  const last = curve.samples.length - 1;
  const f = Math.min(1, Math.max(0, s)) * last;
  const i = Math.min(last - 1, Math.floor(f));
  const [a, b] = [curve.samples[i] as Sample, curve.samples[i + 1] as Sample];
  const u = b.leap ? 0 : f - i;
  return { x: a.x + (b.x - a.x) * u, y: a.y + (b.y - a.y) * u, tx: a.tx, ty: a.ty };
}

/** A part of the curve as straight pieces, from fraction `from` to `to`. */
export function partOf(curve: Curve, from: number, to: number): Segment[] {
  const last = curve.samples.length - 1;
  const [a, b] = [Math.max(0, Math.min(from, to)), Math.min(1, Math.max(from, to))];
  const start = pointAt(curve, a);
  const end = pointAt(curve, b);
  const d: Segment[] = [["M", start.x, start.y]];
  for (let i = Math.ceil(a * last + 1e-6); i < b * last; i++) {
    const p = curve.samples[i] as Sample;
    d.push([p.leap ? "M" : "L", p.x, p.y]);
  }
  d.push(["L", end.x, end.y]);
  return d;
}

/** The curve moved sideways: positive to the right of the data's direction (below a wire that runs right). */
export function beside(curve: Curve, by: number): Curve {
  const points = curve.samples.map(({ x, y, tx, ty, leap = false }) => ({
    x: x - ty * by,
    y: y + tx * by,
    leap,
  }));
  const d = points.map((p, i): Segment => [i === 0 || p.leap ? "M" : "L", p.x, p.y]);
  return resample(d, points);
}

/** Whether the curve comes within `margin` of a box. */
export function touches(curve: Curve, box: Box, margin: number): boolean {
  return curve.samples.some(
    (p) =>
      p.x > box.x - margin &&
      p.x < box.x + box.w + margin &&
      p.y > box.y - margin &&
      p.y < box.y + box.h + margin,
  );
}

function cubic(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const u = 1 - t;
  const [k0, k1, k2, k3] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return { x: k0 * a.x + k1 * b.x + k2 * c.x + k3 * d.x, y: k0 * a.y + k1 * b.y + k2 * c.y + k3 * d.y };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
