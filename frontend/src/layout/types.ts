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
    /** Wires that come in along the flow. */
    readonly arity: number;
    /** In which row the node stands, from 0; absent where the graph is not folded. */
    readonly row?: number;
    /** The frame around it; absent at the root. */
    readonly within?: string;
    /** The node beside which it stands, out of the flow. */
    readonly host?: number;
  }[];
  readonly edges: readonly {
    readonly index: number;
    readonly source: number;
    readonly target: number;
    /** Which of the wires along the flow into the target, from 0. */
    readonly slot: number;
  }[];
  /** Open groups, those around before those within. */
  readonly frames: readonly LayoutFrame[];
  readonly flow: Flow;
  readonly spacing: Spacing;
}

export interface LayoutFrame {
  readonly id: string;
  readonly within?: string;
  readonly row?: number;
  /** As wide at least is the frame, for its title. */
  readonly width: number;
  /** Of a group that is open apart: the card that stays where it is closed, with the edges into it in order. */
  readonly card?: { readonly index: number; readonly size: Size; readonly slots: readonly number[] };
}

/** A point that a wire passes; at a turn it changes between along and across, and after a leap it begins anew. */
export interface Bend extends Point {
  readonly turn?: boolean;
  readonly leap?: boolean;
}

export interface Positions {
  readonly flow: Flow;
  readonly nodes: ReadonlyMap<number, Box>;
  /** The same by name, with open groups by theirs: when the graph changes, indices do, names stay. */
  readonly names: ReadonlyMap<string, Box>;
  /** Where across the flow data come into what has a name, or leave it. */
  readonly lines: ReadonlyMap<string, number>;
  readonly frames: ReadonlyMap<string, Box>;
  /** Points that a wire passes between its two ports; empty for neighbours. */
  readonly bends: ReadonlyMap<number, readonly Bend[]>;
  /** Of cards and frames, and of the wires between rows. */
  readonly bounds: Box;
}
