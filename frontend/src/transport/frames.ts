/**
 * Binary frames: 4 bytes "CRF1", u16 version, u16 flags, u32 header length, the header (the Frame message as
 * UTF-8 JSON), zeros up to a multiple of 8, then the payload; each tensor at its own 8-aligned offset,
 * little endian, row-major. The tensors of a decoded frame are views of the buffer: nothing is copied.
 */
import type {
  Companion,
  CompanionMessage,
  CompanionView,
  Dtype,
  Frame,
  FrameMessage,
  FrameTensor,
  FrameView,
  TensorView,
  UnitMaps,
} from "../store/types";

const MAGIC = 0x31465243; // "CRF1" read as a little-endian u32
export const FRAME_VERSION = 1;
const PREFIX = 12;
const NUMBERS = { float32: Float32Array, float64: Float64Array, int8: Int8Array } as const;
type Numbers = Float32Array | Float64Array | Int8Array;
const TEXT = new TextDecoder("utf-8", { fatal: true });
const BYTES = { float32: 4, float64: 8, int8: 1 } as const;

export class FrameError extends Error {
  override name = "FrameError";
}

/** How many elements a shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Checks a binary frame and takes it apart. Throws `FrameError` for anything that is not one, or is cut short. */
export function decodeFrame(buffer: ArrayBuffer): FrameMessage {
  const message = decode(buffer);
  if (message.type !== "frame") throw new FrameError("the header is not a frame message");
  return message;
}

/** The same of any binary message. */
export function decode(buffer: ArrayBuffer): FrameMessage | CompanionMessage {
  if (buffer.byteLength < PREFIX) throw new FrameError("shorter than a frame's prefix");
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC) throw new FrameError("not a frame: the magic bytes are missing");
  const version = view.getUint16(4, true);
  if (version !== FRAME_VERSION) throw new FrameError(`frame version ${version} is not known`);
  const length = view.getUint32(8, true);
  if (PREFIX + length > buffer.byteLength) throw new FrameError("the header is cut short");
  const header = parseHeader(new Uint8Array(buffer, PREFIX, length));
  const start = payloadStart(length);
  for (const tensor of header.tensors) {
    if (tensor.offset === null || tensor.offset === undefined) continue;
    const end = start + tensor.offset + sizeOf(tensor.shape) * bytesOf(tensor);
    if (!Number.isInteger(tensor.offset) || tensor.offset < 0 || tensor.offset % 8 !== 0)
      throw new FrameError(`offset ${tensor.offset} is not a multiple of 8`);
    if (!(end <= buffer.byteLength)) throw new FrameError(`${tensor.what} ${tensor.index} is cut short`);
  }
  return { ...header, payload: buffer };
}

/** The other direction, for tests and recordings: tensors with `data` are moved into the payload. */
export function encodeFrame(frame: Frame | Companion): ArrayBuffer {
  const parts: { offset: number; array: Numbers }[] = [];
  let size = 0;
  const tensors = frame.tensors.map((tensor) => {
    if (tensor.data === null || tensor.data === undefined) return tensor;
    const array = arrayFrom(tensor.data, tensor);
    const offset = size;
    parts.push({ offset, array });
    size = align(size + array.byteLength);
    return { ...tensor, data: null, offset };
  });
  const header = new TextEncoder().encode(JSON.stringify({ ...frame, tensors }));
  const start = payloadStart(header.byteLength);
  const buffer = new ArrayBuffer(start + size);
  const view = new DataView(buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, FRAME_VERSION, true);
  view.setUint32(8, header.byteLength, true);
  new Uint8Array(buffer).set(header, PREFIX);
  for (const { offset, array } of parts)
    new Uint8Array(buffer, start + offset).set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    );
  return buffer;
}

/** The thumbnails that a frame brings, by layer; what it does not bring is as in `known`. */
export function mapsOf(
  message: FrameMessage,
  known: readonly (UnitMaps | null | undefined)[],
): [number, UnitMaps][] {
  const { payload, tensors } = message;
  const start = payload ? payloadStart(new DataView(payload).getUint32(8, true)) : 0;
  return tensors
    .filter(({ what }) => what === "map")
    .map((tensor) => {
      const [, size = 0] = tensor.shape;
      const scale = (tensor.scale ?? []).map(Number);
      const sent =
        payload && typeof tensor.offset === "number"
          ? new Int8Array(payload, start + tensor.offset, sizeOf(tensor.shape))
          : (arrayFrom(tensor.data, tensor) as Int8Array);
      const levels = tensor.units
        ? spliced(known[tensor.index]?.levels, sent, tensor.units, size ** 2)
        : sent;
      return [tensor.index, { units: levels.length / size ** 2, size, levels, scale }];
    });
}

/** The thumbnails of a layer of which those of some units have changed. */
function spliced(
  known: Int8Array | undefined,
  sent: Int8Array,
  units: readonly number[],
  each: number,
): Int8Array {
  if (!known) throw new FrameError("thumbnails of some units, and none of the others before");
  if (units.length === 0) return known;
  const levels = known.slice();
  units.forEach((unit, k) => levels.set(sent.subarray(k * each, (k + 1) * each), unit * each));
  return levels;
}

/** Look-ups into a frame, whether it came as binary or as JSON. */
export function frameView(message: FrameMessage): FrameView {
  const { payload, more = [], wanted, ...header } = message;
  const start = payload ? payloadStart(new DataView(payload).getUint32(8, true)) : 0;
  const index = new Map<string, FrameTensor>();
  for (const tensor of [...header.tensors, ...more]) index.set(`${tensor.what}:${tensor.index}`, tensor);
  const made = new Map<string, TensorView | null>();
  const look = (what: FrameTensor["what"], place: number): TensorView | null => {
    const key = `${what}:${place}`;
    let result = made.get(key);
    if (result === undefined) {
      wanted?.(what, place);
      const tensor = index.get(key);
      result = tensor ? tensorView(tensor, payload, start) : null;
      made.set(key, result);
    }
    return result;
  };
  const own = (what: "upstream" | "before" | "after"): TensorView | null => {
    const place = header.tensors.find((t) => t.what === what)?.index ?? wanted?.(what, null);
    return typeof place === "number" ? look(what, place) : null;
  };
  return {
    header,
    value: (node) => look("value", node),
    grad: (node) => look("grad", node),
    contribution: (edge) => look("contribution", edge),
    local: (edge) => look("local", edge),
    detail: (k) => look("detail", k),
    of: (what, node) => look(what, node),
    change: (node) => look("change", node),
    ownValue: (node) => look("own_value", node),
    ownGrad: (node) => look("own_grad", node),
    upstream: own("upstream"),
    before: own("before"),
    after: own("after"),
    surface: look("surface", 0),
  };
}

/** Look-ups into what came of a companion. */
export function companionView(message: CompanionMessage): CompanionView {
  const { payload, ...header } = message;
  const start = payload ? payloadStart(new DataView(payload).getUint32(8, true)) : 0;
  const look = (what: string, index: number): TensorView | null => {
    const tensor = header.tensors.find((one) => one.what === what && one.index === index);
    return tensor ? tensorView(tensor, payload, start) : null;
  };
  return {
    header,
    value: (name) => look("value", header.names.indexOf(name)),
    grad: (name) => look("grad", header.names.indexOf(name)),
    surface: look("surface", 0),
  };
}

/** JSON data as a flat typed array. Throws `FrameError` if it does not fill the shape. */
export function arrayFrom(data: unknown, { dtype, shape }: Pick<FrameTensor, "dtype" | "shape">): Numbers {
  const flat: number[] = [];
  const stack: unknown[] = [data];
  while (stack.length > 0) {
    const item = stack.pop();
    if (Array.isArray(item)) for (let i = item.length - 1; i >= 0; i--) stack.push(item[i]);
    else flat.push(Number(item));
  }
  if (flat.length !== sizeOf(shape))
    throw new FrameError(`${flat.length} numbers do not fill the shape (${shape.join(", ")})`);
  return NUMBERS[dtype].from(flat);
}

function tensorView(tensor: FrameTensor, payload: ArrayBuffer | undefined, start: number): TensorView | null {
  const { shape } = tensor;
  // Thumbnails are no numbers of the graph: see `mapsOf`.
  if (tensor.dtype === "int8") return null;
  const dtype: Dtype = tensor.dtype;
  const summary = tensor.summary ?? null;
  if (tensor.data !== null && tensor.data !== undefined)
    return { shape, dtype, summary, data: arrayFrom(tensor.data, tensor) as Float32Array | Float64Array };
  if (payload && tensor.offset !== null && tensor.offset !== undefined) {
    const made = dtype === "float64" ? Float64Array : Float32Array;
    return { shape, dtype, summary, data: new made(payload, start + tensor.offset, sizeOf(shape)) };
  }
  return summary ? { shape, dtype, summary, data: null } : null;
}

function parseHeader(bytes: Uint8Array): Frame | Companion {
  let header: unknown;
  try {
    header = JSON.parse(TEXT.decode(bytes));
  } catch {
    throw new FrameError("the header is not JSON");
  }
  const message = header as Frame | Companion | null;
  const known = message?.type === "frame" || message?.type === "companion";
  if (!known || !Array.isArray(message.tensors)) throw new FrameError("the header is not a frame message");
  return message;
}

function bytesOf(tensor: FrameTensor): number {
  const bytes: number | undefined = BYTES[tensor.dtype];
  if (!bytes) throw new FrameError(`dtype ${String(tensor.dtype)} is not known`);
  return bytes;
}

function align(n: number): number {
  return (n + 7) & ~7;
}

function payloadStart(headerLength: number): number {
  return align(PREFIX + headerLength);
}
