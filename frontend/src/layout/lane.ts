/** Where parameters stand beside their ops: in a lane below a row of ops, or at the right of a column. Pure. */
import type { Box, Flow, Size } from "./types";

export interface Besides {
  readonly host: Box;
  readonly members: readonly (Size & { readonly index: number })[];
}

/** Room between ops and lane, for what comes to a parameter; and between two parameters. */
export const LANE = { right: 46, down: 92, gap: 12 } as const;

export function placeBeside(hosted: readonly Besides[], content: Box, flow: Flow): ReadonlyMap<number, Box> {
  const right = flow === "right";
  const places = new Map<number, Box>();
  if (hosted.length === 0) return places;
  const along = (box: Box) => (right ? { at: box.x, size: box.w } : { at: box.y, size: box.h });
  const length = (size: Size) => (right ? size.w : size.h);
  const lane = right ? content.y + content.h + LANE.right : content.x + content.w + LANE.down;
  const { at: begin, size: room } = along(content);
  const widths = hosted.map(({ members }) =>
    members.reduce((sum, m) => sum + length(m) + LANE.gap, -LANE.gap),
  );
  const total = widths.reduce((sum, w) => sum + w + LANE.gap, -LANE.gap);
  // Where all of them are longer than the ops, both have the same middle.
  const end = begin + Math.max(room, (room + total) / 2);
  let free = begin + Math.min(0, (room - total) / 2);
  let left = total;
  const inOrder = hosted.map((one, k) => ({ ...one, width: widths[k] ?? 0 }));
  inOrder.sort((a, b) => along(a.host).at - along(b.host).at);
  for (const { host, members, width } of inOrder) {
    const { at, size } = along(host);
    let next = Math.max(free, Math.min(at + size / 2 - width / 2, end - left));
    for (const member of members) {
      const { index, w, h } = member;
      places.set(
        index,
        right ? { x: Math.round(next), y: lane, w, h } : { x: lane, y: Math.round(next), w, h },
      );
      next += length(member) + LANE.gap;
    }
    free = next;
    left -= width + LANE.gap;
  }
  return places;
}
