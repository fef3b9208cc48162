// The loss over one weight at several moments, for looking at it; not part of the page.
import "../src/styles/fonts.css";
import { paintInto, canvasMeasure } from "../src/render/canvas";
import { parabola, sweepRange, type ParabolaState } from "../src/render/plots/parabola";
import { darkTheme, lightTheme } from "../src/render/theme";

const theme = new URLSearchParams(location.search).get("theme") === "dark" ? darkTheme : lightTheme;
document.body.style.background = theme.card;
await Promise.all([document.fonts.load("650 13px Inter"), document.fonts.load('500 13px "JetBrains Mono"')]);
const loss = (w: number) => (w * 3 - 10) ** 2;
const trailOf = (lr: number, n: number) => {
  const points = [];
  for (let w = 2, i = 0; i < n; i++, w -= lr * 6 * (w * 3 - 10)) points.push({ w, loss: loss(w) });
  return points;
};
const base: ParabolaState = { w: 2, loss: null, grad: null, before: null, moved: false, phase: "forward" };
const cases: [ParabolaState, { w: number; loss: number }[], number, [number, number]?][] = [
  [base, [], 1],
  [{ ...base, loss: 16 }, [], 1],
  [{ ...base, loss: 16, grad: -24, phase: "backward" }, [], 1],
  [{ ...base, loss: 16, grad: -24, phase: "update", before: 2, w: 2.24, moved: true }, [], 0.66],
  [{ ...base, loss: 16, grad: -24, phase: "update", before: 2, w: 2.24, moved: true }, [], 1],
  [{ ...base, w: 3.2, loss: loss(3.2), grad: 6 * -0.4, phase: "backward" }, trailOf(0.01, 12), 1],
  [{ ...base, w: -3.1, loss: loss(-3.1), grad: 6 * (-9.3 - 10), phase: "backward" }, trailOf(0.12, 8), 1],
  [{ ...base, w: 40, loss: loss(40), grad: 6 * 110, phase: "backward" }, trailOf(0.01, 3), 1, [-1, 6]],
  [{ ...base, w: Number.NaN, loss: Number.NaN, phase: "backward" }, [], 1],
  [{ ...base, w: 10 / 3, loss: 0, grad: 0, phase: "backward" }, [], 1],
  [{ ...base, loss: 16, grad: -24, phase: "backward" }, [], 1, [-1, 7]],
];
cases.forEach(([state, trail, t, range], i) => {
  const canvas = document.createElement("canvas");
  const size = i === 10 ? { w: 620, h: 360 } : { w: 300, h: 180 };
  Object.assign(canvas.style, {
    width: `${size.w}px`,
    height: `${size.h}px`,
    margin: "6px",
    outline: "1px solid #8884",
  });
  document.getElementById("stage")!.append(canvas);
  const r = range ? { low: range[0], high: range[1] } : sweepRange(state.w, trail);
  const xs = Array.from({ length: 101 }, (_, k) => r.low + ((r.high - r.low) * k) / 100);
  const words = {
    x: "w",
    y: "loss",
    slope: "slope",
    notFinite: "w is NaN: there is nothing to draw",
    waiting: "…",
  };
  const measure = canvasMeasure(theme.fonts);
  const list = parabola({
    sweep: { xs, losses: xs.map(loss) },
    state,
    trail,
    t,
    size,
    theme,
    measure,
    words,
  });
  paintInto(canvas, list, size, theme.fonts);
});
