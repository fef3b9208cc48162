/** Places in the picture, in its own units: one unit is one CSS pixel at zoom 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly w: number;
  readonly h: number;
}

/** Top left corner and size. */
export interface Box extends Point, Size {}

/** Data flows to the right, or (on narrow screens) down. */
export type Flow = "right" | "down";

/** Room that cards need around them. */
export interface Spacing {
  /** Between a card and the next one in the direction of flow: wires with their numbers. */
  readonly layer: number;
  /** Between cards side by side. */
  readonly node: number;
}

export interface LayoutRequest {
  readonly nodes: readonly {
    readonly index: number;
    readonly name: string;
    readonly size: Size;
    readonly arity: number;
    /** In which row the node stands, from 0; absent where the graph is not folded. */
    readonly row?: number;
  }[];
  readonly edges: readonly {
    readonly index: number;
    readonly source: number;
    readonly target: number;
    /** Which of the target's drawn arguments, from 0. */
    readonly slot: number;
  }[];
  readonly flow: Flow;
  readonly spacing: Spacing;
}

/** A point that a wire passes; at a turn it changes between along and across. */
export interface Bend extends Point {
  readonly turn?: boolean;
}

export interface Positions {
  readonly flow: Flow;
  readonly nodes: ReadonlyMap<number, Box>;
  /** The same by name: when the graph changes, indices do, names stay. */
  readonly names: ReadonlyMap<string, Box>;
  /** Points that a wire passes between its two ports; empty for neighbours. */
  readonly bends: ReadonlyMap<number, readonly Bend[]>;
  /** Of the cards and of the wires between rows. */
  readonly bounds: Box;
}
