// What is taken of Temml's sources, which have no types of their own.
declare module "temml/src/buildMathML.js" {
  export default function buildMathML(
    tree: object,
    tex: string,
    style: object,
    settings: object,
  ): { toNode(): Node; toMarkup(): string };
}
declare module "temml/src/constants.js" {
  export const StyleLevel: { readonly DISPLAY: number; readonly TEXT: number };
}
declare module "temml/src/defineFunction.js" {
  export const _functions: Readonly<Record<string, object>>;
}
declare module "temml/src/parseTree.js" {
  export default function parseTree(tex: string, settings: object): object;
}
declare module "temml/src/Settings.js" {
  export default class Settings {
    constructor(options: { displayMode: boolean; annotate: boolean; wrap: "none" });
    readonly maxSize: readonly [number, number];
  }
}
declare module "temml/src/Style.js" {
  export default class Style {
    constructor(options: { level: number; maxSize: readonly [number, number] });
    readonly level: number;
  }
}
declare module "temml/src/functions/*.js" {}
