// Names of choices that the configuration knows by a code. Names of the trade stay as they are in every language.
import { m } from "../../i18n/paraglide/messages.js";
import { ACTIVATIONS } from "../../render/words";

const NAMES: Record<string, string> = {
  sgd: "SGD",
  momentum: "SGD + momentum",
  nesterov: "Nesterov",
  adagrad: "Adagrad",
  rmsprop: "RMSprop",
  adam: "Adam",
  adamw: "AdamW",
  ...ACTIVATIONS,
  bce: "cross-entropy",
  ce: "softmax cross-entropy",
  mse: "MSE",
  mae: "MAE",
  huber: "Huber",
  giou: "1 − GIoU",
  iou: "1 − IoU",
  l1: "L1",
  x_squared: "x²",
  y_squared: "y²",
  sin_x: "sin x",
  sin_y: "sin y",
  en: "English",
  vi: "Tiếng Việt",
};

const DATA: Record<string, () => string> = {
  circle: m.data_circle,
  xor: () => "XOR",
  gauss: m.data_gauss,
  spiral: m.data_spiral,
  moons: m.data_moons,
  plane: m.data_plane,
  "multi-gauss": m.data_multi_gauss,
  drawn: m.data_drawn,
};

const SCHEDULES: Record<string, () => string> = {
  constant: m.schedule_constant,
  step: m.schedule_step,
  cosine: m.schedule_cosine,
  warmup: m.schedule_warmup,
  warmup_cosine: m.schedule_warmup_cosine,
  one_cycle: m.schedule_one_cycle,
};

const CLIPPINGS: Record<string, () => string> = {
  none: m.clip_none,
  value: m.clip_value,
  norm: m.clip_norm,
};

const BEGINNINGS: Record<string, () => string> = {
  default: m.init_default,
  xavier: () => "Xavier",
  he: () => "He",
  normal: () => "N(0, 1)",
  large: m.init_large,
  zeros: m.init_zeros,
  identity: m.init_identity,
  trained: m.init_trained,
};

const COLUMNS: Record<string, () => string> = {
  plain: m.column_plain,
  batchnorm: m.column_batchnorm,
  residual: m.column_residual,
  both: m.column_both,
};

const CHANGES: Record<string, () => string> = {
  flip: m.augment_flip,
  shift: m.augment_shift,
  scale: m.augment_scale,
  noise: m.augment_noise,
  cutout: m.augment_cutout,
  mosaic: m.augment_mosaic,
};

/** What a choice is called: by the lesson's preset of that id, else by its name in the trade. */
export function optionName(field: string, choice: string, presets: Record<string, string> = {}): string {
  if (field === "optimizer" && choice === "none") return m.optimizer_none();
  if (field === "data") return DATA[choice]?.() ?? choice;
  if (field === "schedule") return SCHEDULES[choice]?.() ?? choice;
  if (field === "augment") return CHANGES[choice]?.() ?? choice;
  if (field === "clip") return CLIPPINGS[choice]?.() ?? choice;
  if (field === "initialisation") return BEGINNINGS[choice]?.() ?? choice;
  if (field === "columns") return COLUMNS[choice]?.() ?? choice;
  if (field === "activation" && choice === "linear") return m.activation_linear();
  return presets[choice] ?? NAMES[choice] ?? choice;
}
