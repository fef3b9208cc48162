/** The two canvases of the picture: what rests, painted once, and over it what moves. */
import type { Camera } from "./camera";
import { paint } from "./canvas";
import type { DisplayList } from "./display";
import type { Theme } from "./theme";

const GRID = 24;

export class Layers {
  readonly #base = document.createElement("canvas");
  readonly #over = document.createElement("canvas");
  readonly #cache = document.createElement("canvas");
  /** What lies behind all, where it was the same twice. */
  readonly #ground = { canvas: document.createElement("canvas"), key: "" };
  #cached: Camera | null = null;
  #size = { w: 0, h: 0 };
  #ratio = 1;
  #stale = true;

  constructor(host: HTMLElement) {
    for (const canvas of [this.#base, this.#over]) {
      canvas.setAttribute("aria-hidden", "true");
      Object.assign(canvas.style, { position: "absolute", left: "0", top: "0", pointerEvents: "none" });
      host.append(canvas);
    }
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
    for (const canvas of [this.#base, this.#over]) {
      canvas.width = Math.max(1, Math.round(w * this.#ratio));
      canvas.height = Math.max(1, Math.round(h * this.#ratio));
      canvas.style.width = `${w}px`;
      canvas.style.height = `${h}px`;
    }
    this.#cached = null;
  }

  paintBase(list: DisplayList, camera: Camera, theme: Theme): void {
    this.#adapt();
    const ctx = this.#begin(this.#base);
    if (!ctx) return;
    this.#background(ctx, camera, theme);
    this.#aim(ctx, camera);
    paint(ctx, list, theme.fonts);
    this.#cached = null;
  }

  paintOver(list: DisplayList, camera: Camera, theme: Theme): void {
    const ctx = this.#begin(this.#over);
    if (!ctx) return;
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
      copy?.drawImage(this.#base, 0, 0);
      copy?.drawImage(this.#over, 0, 0);
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

  remove(): void {
    this.#base.remove();
    this.#over.remove();
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

  /** A thousand dots rest where the camera does: then they are a picture. */
  #background(ctx: CanvasRenderingContext2D, camera: Camera, theme: Theme): void {
    const { width, height } = this.#base;
    const key = [camera.x, camera.y, camera.k, width, height, theme.stage, theme.grid].join();
    const kept = this.#ground;
    if (kept.key === key && kept.canvas.width === width) {
      ctx.drawImage(kept.canvas, 0, 0);
      return;
    }
    ctx.fillStyle = theme.stage;
    ctx.fillRect(0, 0, width, height);
    this.#grid(ctx, camera, theme);
    if (kept.key === key) {
      // Seen for the second time: it rests.
      Object.assign(kept.canvas, { width, height });
      kept.canvas.getContext("2d")?.drawImage(this.#base, 0, 0);
    } else kept.canvas.width = 0;
    kept.key = key;
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
