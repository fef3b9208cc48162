/** The columns on the page, whose layers a pointer finds. */
import { rowsOf } from "../../layout/blocks";
import type { WholeKind, WholeView } from "../whole-picture";
import { arrangeColumns, columnSpotAt, type Arrangement, type ColumnSpot } from "./arrangement";
import type { ColumnsInput, ColumnsLook } from "./input";
import { readColumns } from "./reading";
import { columnsList, columnsScene } from "./scene";

export interface ColumnsPictureView extends ColumnsLook, WholeView {}

export const COLUMNS_KIND: WholeKind<ColumnsPictureView, Arrangement, ColumnSpot, ColumnsInput> = {
  arrange: ({ runs }, size, { insets, present }) => {
    const layers = runs[0]?.layers.length ?? 0;
    return layers > 0 ? arrangeColumns(runs.length, layers, { size, insets, present }) : null;
  },
  moved: () => false,
  spotAt: (places, _graph, at) => columnSpotAt(places, at),
  blocks: rowsOf,
  input({ graph, frame, companion }, places, view, measure) {
    if (!graph || !frame) return null;
    const [first] = graph.runs;
    if (places.columns.length !== graph.runs.length || places.rows.length !== first?.layers.length)
      return null;
    const reading = readColumns(graph, frame, companion?.header.runs ?? []);
    return { reading, places, phase: frame.header.phase, theme: view.theme, measure, view };
  },
  scene: columnsScene,
  list: columnsList,
};
