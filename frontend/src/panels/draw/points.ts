// Points that are drawn: placed, taken away, undone. Pure.

/** How far the plane reaches from 0, along both axes and both ways; and how much of what is drawn is taken. */
export const EDGE = 6;
export const MOST_POINTS = 1000;
export const MOST_CLASSES = 6;

/** x, y, and the class or the number. */
export type DrawnPoint = readonly [number, number, number];
