/**
 * The canvases of the picture: behind all its ground, with what rests from frame to frame; then what rests while a step
 * moves, painted once, and over it what moves.
 */
import type { Camera } from "./camera";
import { paint } from "./canvas";
import { sameList, type DisplayList } from "./display";
import type { Theme } from "./theme";

const GRID = 24;

export class Layers {
  readonly #ground = document.createElement("canvas");
  readonly #base = document.createElement("canvas");
  readonly #over = document.createElement("canvas");
  readonly #cache = document.createElement("canvas");
  /** What the ground was painted for: a thousand dots rest where the camera does. */
  #grounded = "";
  #resting: DisplayList = [];
  #cached: Camera | null = null;
  #size = { w: 0, h: 0 };
  #ratio = 1;
  #stale = true;
  /** Whether there is anything on the canvas that lies over the others. */
  #covered = false;

  constructor(host: HTMLElement) {
    for (const canvas of this.#all) {
      canvas.setAttribute("aria-hidden", "true");
      Object.assign(canvas.style, { position: "absolute", left: "0", top: "0", pointerEvents: "none" });
      host.append(canvas);
    }
  }

  get #all(): readonly HTMLCanvasElement[] {
    return [this.#ground, this.#base, this.#over];
  }

  get size(): { w: number; h: number } {
    return this.#size;
  }

  /** True where the size or the screen's resolution has changed. */
  resize(w: number, h: number): boolean {
    const ratio = window.devicePixelRatio || 1;
    if (w === this.#size.w && h === this.#size.h && ratio === this.#ratio) return false;
    this.#size = { w, h };
    this.#ratio = ratio;
    this.#stale = true;
    return true;
  }

  /** A canvas is emptied with its size, so that waits until it is painted again: nothing flashes. */
  #adapt(): void {
    if (!this.#stale) return;
    this.#stale = false;
    const { w, h } = this.#size;
    for (const canvas of this.#all) {
      canvas.width = Math.max(1, Math.round(w * this.#ratio));
      canvas.height = Math.max(1, Math.round(h * this.#ratio));
      canvas.style.width = `${w}px`;
      canvas.style.height = `${h}px`;
    }
    this.#cached = null;
    this.#grounded = "";
  }

  paintBase(list: DisplayList, camera: Camera, theme: Theme, ground: DisplayList = []): void {
    this.#adapt();
    const ctx = this.#begin(this.#base);
    if (!ctx) return;
    this.#paintGround(ground, camera, theme);
    ctx.clearRect(0, 0, this.#base.width, this.#base.height);
    this.#aim(ctx, camera);
    paint(ctx, list, theme.fonts);
    this.#cached = null;
  }

  paintOver(list: DisplayList, camera: Camera, theme: Theme): void {
    // To be told to clear a canvas that is clear takes as long as to paint it.
    if (list.length === 0 && !this.#covered) return;
    const ctx = this.#begin(this.#over);
    if (!ctx) return;
    this.#covered = list.length > 0;
    ctx.clearRect(0, 0, this.#over.width, this.#over.height);
    this.#aim(ctx, camera);
    paint(ctx, list, theme.fonts);
  }

  /** While a large picture is being moved: its bitmap, moved; painted anew when the gesture ends. */
  drag(from: Camera, to: Camera, theme: Theme): void {
    if (!this.#cached) {
      this.#cache.width = this.#base.width;
      this.#cache.height = this.#base.height;
      const copy = this.#cache.getContext("2d");
      for (const canvas of this.#all) copy?.drawImage(canvas, 0, 0);
      this.#cached = from;
    }
    const ctx = this.#begin(this.#base);
    const over = this.#begin(this.#over);
    if (!ctx || !over) return;
    over.clearRect(0, 0, this.#over.width, this.#over.height);
    ctx.fillStyle = theme.stage;
    ctx.fillRect(0, 0, this.#base.width, this.#base.height);
    const f = to.k / this.#cached.k;
    const r = this.#ratio;
    ctx.setTransform(f, 0, 0, f, (to.x - this.#cached.x * f) * r, (to.y - this.#cached.y * f) * r);
    ctx.drawImage(this.#cache, 0, 0);
  }

  /** Letters look otherwise now: what rests is painted anew with the next base. */
  refresh(): void {
    this.#grounded = "";
  }

  remove(): void {
    for (const canvas of this.#all) canvas.remove();
  }

  #begin(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const ctx = canvas.getContext("2d");
    ctx?.setTransform(1, 0, 0, 1, 0, 0);
    if (ctx) ctx.globalAlpha = 1;
    return ctx;
  }

  #aim(ctx: CanvasRenderingContext2D, camera: Camera): void {
    const r = this.#ratio;
    ctx.setTransform(camera.k * r, 0, 0, camera.k * r, camera.x * r, camera.y * r);
  }

  #paintGround(list: DisplayList, camera: Camera, theme: Theme): void {
    const { width, height } = this.#ground;
    const key = [camera.x, camera.y, camera.k, theme.stage, theme.grid, theme.fonts.sans].join();
    if (this.#grounded === key && sameList(list, this.#resting)) return;
    const ctx = this.#begin(this.#ground);
    if (!ctx) return;
    this.#grounded = key;
    this.#resting = list;
    ctx.fillStyle = theme.stage;
    ctx.fillRect(0, 0, width, height);
    this.#grid(ctx, camera, theme);
    if (list.length === 0) return;
    this.#aim(ctx, camera);
    paint(ctx, list, theme.fonts);
  }

  #grid(ctx: CanvasRenderingContext2D, camera: Camera, theme: Theme): void {
    const r = this.#ratio;
    let step = GRID * camera.k;
    while (step < 18) step *= 2;
    while (step > 48) step /= 2;
    const dot = Math.max(1, Math.round(1.4 * r));
    ctx.fillStyle = theme.grid;
    const start = (offset: number) => ((offset % step) + step) % step;
    for (let x = start(camera.x); x < this.#size.w; x += step)
      for (let y = start(camera.y); y < this.#size.h; y += step)
        ctx.fillRect(Math.round(x * r), Math.round(y * r), dot, dot);
  }
}
