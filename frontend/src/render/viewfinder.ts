/** Which part of the picture is looked at: it follows what is active, until somebody moves it by hand. */
import type { Box } from "../layout/types";
import type { Step } from "../store/types";
import { revealing, toScreen, zoomed, type Camera } from "./camera";
import { following, framed, type Screen } from "./framing";
import type { Geometry } from "./geometry";
import { ease, tweenAt, type Motion } from "./motion";

export class Viewfinder {
  #camera: Camera = { x: 0, y: 0, k: 1 };
  #auto = true;
  #held: Camera | null = null;
  #glide: { from: Camera; to: Camera; motion: Motion } | null = null;

  /** `step` is what the picture is about; null while it is about nothing, or is not the picture of it. */
  constructor(
    private readonly geometry: () => Geometry | null,
    private readonly screen: () => Screen,
    private readonly step: () => Step | null,
  ) {}

  get camera(): Camera {
    return this.#camera;
  }

  /** Whether it still looks by itself at what is active. */
  get auto(): boolean {
    return this.#auto;
  }

  /** Where the camera was when it was taken hold of; null while nobody holds it. */
  get held(): Camera | null {
    return this.#held;
  }

  get gliding(): boolean {
    return this.#glide !== null;
  }

  /** Whether some of the picture is beyond the screen. */
  get cut(): boolean {
    const { w, h } = this.screen().size;
    const geometry = this.geometry();
    const box = geometry && toScreen(this.#camera, geometry.bounds);
    return !!box && (box.x < 0 || box.y < 0 || box.x + box.w > w || box.y + box.h > h);
  }

  /** No smaller than it can be read, following what is active; or with `whole` all of it, however small. */
  fit(whole: boolean): void {
    this.#auto = !whole;
    this.#held = null;
    this.#glide = null;
    const geometry = this.geometry();
    if (geometry) this.#camera = this.#fitted(geometry, whole);
  }

  #fitted(geometry: Geometry, whole: boolean): Camera {
    const camera = framed(geometry, this.screen(), whole);
    return whole ? camera : this.#following(camera);
  }

  #following(camera: Camera): Camera {
    const [geometry, step] = [this.geometry(), this.step()];
    return geometry && step ? following(geometry, camera, step, this.screen()) : camera;
  }

  /** To what is active, in the time of a motion; at once without one. Says whether it moves. */
  follow(motion: Motion | null): boolean {
    return this.#auto && this.glideTo(this.#following(this.#camera), motion);
  }

  /** To all of the picture that can be read, where some of it has come to be beyond the screen. */
  widen(motion: Motion | null): void {
    const geometry = this.geometry();
    if (geometry && this.#auto && this.cut) this.glideTo(this.#fitted(geometry, false), motion);
  }

  glideTo(to: Camera, motion: Motion | null): boolean {
    const from = this.#camera;
    if (to.x === from.x && to.y === from.y && to.k === from.k) return false;
    this.#glide = motion && { from, to, motion: { ...motion, backwards: false } };
    if (!motion) this.#camera = to;
    return true;
  }

  /** Goes on to where it is at a moment, in milliseconds. Says whether it moves. */
  advance(now: number): boolean {
    if (!this.#glide) return false;
    const { from, to, motion } = this.#glide;
    const { t, done } = tweenAt(motion, now);
    const f = ease(t);
    this.#camera = done
      ? to
      : {
          k: from.k + (to.k - from.k) * f,
          x: from.x + (to.x - from.x) * f,
          y: from.y + (to.y - from.y) * f,
        };
    if (done) this.#glide = null;
    return true;
  }

  /** By hand: from now on it stays where it is put. */
  move(camera: Camera): void {
    this.#held ??= this.#camera;
    this.#glide = null;
    this.#auto = false;
    this.#camera = camera;
  }

  pan(dx: number, dy: number): void {
    this.move({ ...this.#camera, x: this.#camera.x + dx, y: this.#camera.y + dy });
  }

  zoom(by: number, around = this.#middle()): void {
    this.move(zoomed(this.#camera, by, around));
  }

  #middle(): { x: number; y: number } {
    const { w, h } = this.screen().size;
    return { x: w / 2, y: h / 2 };
  }

  release(): void {
    this.#held = null;
  }

  /** Moves as little as it must for a box of the picture to be seen. Says whether it does. */
  reveal(box: Box): boolean {
    const { size, insets } = this.screen();
    const camera = revealing(this.#camera, box, size, insets);
    if (camera.x === this.#camera.x && camera.y === this.#camera.y) return false;
    this.#glide = null;
    this.#auto = false;
    this.#camera = camera;
    return true;
  }
}
