/** The few words that the picture prints. The page passes them in its language. */
export interface Words {
  readonly parameter: string;
  readonly buffer: string;
  readonly input: string;
  readonly target: string;
  readonly constant: string;
  readonly loss: string;
  /** After how many there are in a group: 1, and several. */
  readonly op: string;
  readonly ops: string;
  /** After "1/2": contributions. */
  readonly arrived: string;
}

/** Names of the trade, the same in every language; the others are written as in programs. */
export const ACTIVATIONS: Readonly<Record<string, string>> = {
  relu: "ReLU",
  leaky_relu: "leaky ReLU",
  silu: "SiLU",
  gelu: "GELU",
};

export const englishWords: Words = {
  parameter: "param",
  buffer: "buffer",
  input: "input",
  target: "target",
  constant: "constant",
  loss: "loss",
  op: "op",
  ops: "ops",
  arrived: "arrived",
};
