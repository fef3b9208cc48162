/** Pointer and wheel on the picture: drag to pan, wheel and pinch to zoom, click to select, double click to edit. */
import type { Point } from "../layout/types";

export interface GestureHandlers {
  pan(dx: number, dy: number): void;
  zoom(by: number, around: Point): void;
  end(): void;
  tap(at: Point): void;
  doubleTap(at: Point): void;
  hover(at: Point | null): void;
}

const SLACK = 4;
const DOUBLE = 350;

export function listenToGestures(host: HTMLElement, handlers: GestureHandlers): () => void {
  const pointers = new Map<number, Point>();
  let moved = 0;
  let doubled = -Infinity;
  let tapped = { time: -Infinity, at: { x: 0, y: 0 } };
  let wheelEnd: ReturnType<typeof setTimeout> | undefined;
  const local = (event: { clientX: number; clientY: number }): Point => {
    const box = host.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const ours = (event: Event) =>
    event.target === host ||
    !(event.target instanceof Element) ||
    !event.target.closest("[data-over-picture]");

  const down = (event: PointerEvent) => {
    if (!ours(event) || (event.pointerType === "mouse" && event.button !== 0)) return;
    if (pointers.size === 0) moved = 0;
    pointers.set(event.pointerId, local(event));
  };
  const move = (event: PointerEvent) => {
    const at = local(event);
    const was = pointers.get(event.pointerId);
    if (!was) {
      if (event.pointerType === "mouse") handlers.hover(ours(event) ? at : null);
      return;
    }
    const [a, b] = [...pointers.values()];
    moved += Math.hypot(at.x - was.x, at.y - was.y);
    pointers.set(event.pointerId, at);
    if (moved < SLACK) return;
    if (!host.hasPointerCapture(event.pointerId)) host.setPointerCapture(event.pointerId);
    if (a && b) {
      const [c, d] = [...pointers.values()] as [Point, Point];
      const before = Math.hypot(a.x - b.x, a.y - b.y);
      const after = Math.hypot(c.x - d.x, c.y - d.y);
      const middle = { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 };
      handlers.pan(middle.x - (a.x + b.x) / 2, middle.y - (a.y + b.y) / 2);
      if (before > 0) handlers.zoom(after / before, middle);
    } else handlers.pan(at.x - was.x, at.y - was.y);
  };
  const up = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (pointers.size > 0) return;
    if (moved >= SLACK) return handlers.end();
    const at = local(event);
    const again =
      event.timeStamp - tapped.time < DOUBLE && Math.hypot(at.x - tapped.at.x, at.y - tapped.at.y) < 12;
    tapped = { time: again ? -Infinity : event.timeStamp, at };
    if (again) {
      doubled = event.timeStamp;
      handlers.doubleTap(at);
    } else handlers.tap(at);
  };
  // After a touch the browser plays a mouse as well, which would take the focus from what the double tap has opened.
  const mouse = (event: MouseEvent) => {
    if (event.timeStamp - doubled < DOUBLE) event.preventDefault();
  };
  const cancel = (event: PointerEvent) => {
    if (pointers.delete(event.pointerId) && pointers.size === 0) handlers.end();
  };
  const leave = () => handlers.hover(null);
  const wheel = (event: WheelEvent) => {
    if (!ours(event)) return;
    event.preventDefault();
    if (event.shiftKey) handlers.pan(-(event.deltaX || event.deltaY), 0);
    else {
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
      handlers.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), local(event));
    }
    clearTimeout(wheelEnd);
    wheelEnd = setTimeout(() => handlers.end(), 140);
  };

  host.style.touchAction = "none";
  host.addEventListener("pointerdown", down);
  host.addEventListener("mousedown", mouse);
  host.addEventListener("pointermove", move);
  host.addEventListener("pointerup", up);
  host.addEventListener("pointercancel", cancel);
  host.addEventListener("pointerleave", leave);
  host.addEventListener("wheel", wheel, { passive: false });
  return () => {
    clearTimeout(wheelEnd);
    host.removeEventListener("pointerdown", down);
    host.removeEventListener("mousedown", mouse);
    host.removeEventListener("pointermove", move);
    host.removeEventListener("pointerup", up);
    host.removeEventListener("pointercancel", cancel);
    host.removeEventListener("pointerleave", leave);
    host.removeEventListener("wheel", wheel);
  };
}
