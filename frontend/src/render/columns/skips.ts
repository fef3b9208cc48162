/** Skip connections of a column. */
import type { Item, Segment } from "../display";
import type { ColumnPlace } from "./arrangement";
import type { ColumnsInput } from "./input";
import type { ColumnReading } from "./reading";

/** Skip connections, as arcs around their layer; and where one can be dropped in. */
export function arcs(
  { places, theme, view }: ColumnsInput,
  column: ColumnReading,
  { rail }: ColumnPlace,
  k: number,
): Item[] {
  const depth = Math.min(14, Math.max(6, places.pitch * 0.75));
  const pointed = view.pointed;
  return column.rows.flatMap((row, at): Item[] => {
    const y = places.rows[at];
    const above = places.rows[at - 1];
    if (y === undefined || above === undefined) return [];
    const open = view.skips && column.name === "plain" && at < column.rows.length - 1;
    const here = open && pointed?.column === k && pointed.row === at;
    if (row.skip || (here && pointed.rail)) {
      const dropped = column.name === "plain";
      return [
        {
          kind: "path",
          d: arc(rail, above, y, depth),
          stroke: dropped ? theme.focus : theme.text2,
          width: dropped ? 2.2 : 1.2,
          opacity: row.skip ? (dropped ? 1 : 0.6) : 0.55,
          cap: "round",
        },
      ];
    }
    if (!open || places.pitch < 5) return [];
    return [
      { kind: "circle", x: rail - 4, y, r: here ? 3 : 1.5, fill: theme.focus, opacity: here ? 1 : 0.7 },
    ];
  });
}

function arc(x: number, y0: number, y1: number, depth: number): Segment[] {
  return [
    ["M", x, y0],
    ["C", x - depth * 1.3, y0, x - depth * 1.3, y1, x, y1],
  ];
}
