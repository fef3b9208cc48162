// `npx vite --config dev/vite.config.ts` serves dev/picture.html and dev/parabola.html, with the golden traces.
import { defineConfig, mergeConfig } from "vite";
import base from "../vite.config.ts";

export default defineConfig((env) =>
  mergeConfig(typeof base === "function" ? base(env) : base, {
    root: new URL("..", import.meta.url).pathname,
    cacheDir: "node_modules/.vite-dev",
    server: { port: 5190, fs: { allow: ["../.."] } },
  }),
);
