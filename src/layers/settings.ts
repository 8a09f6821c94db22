/** What a network computes besides its tensors. Two checkpoints with equal tensors may differ in all of this. */

/** Activations by PyTorch's names of their modules. */
export const ACTIVATION_KINDS = [
  'SiLU',
  'ReLU',
  'ReLU6',
  'LeakyReLU',
  'ELU',
  'Hardswish',
  'GELU',
  'Mish',
  'Tanh',
  'Sigmoid',
  'Identity',
] as const;

export type ActivationKind = (typeof ACTIVATION_KINDS)[number];

/** The activation of a Conv block. */
export interface ActivationSpec {
  readonly kind: ActivationKind;
  /** Slope below zero of LeakyReLU, alpha of ELU; absent for the others. */
  readonly alpha?: number;
}

/** Settings of a network, by Ultralytics' names of its blocks. */
export interface NetworkSettings {
  /** Of every Conv block that `activations` does not name. */
  readonly activation: ActivationSpec;
  /** By Conv block, such as `model.9.cv1`. */
  readonly activations: Readonly<Record<string, ActivationSpec>>;
  /** Added to the variance, in every batch norm that `epsilons` does not name. Of no effect where batch norm is folded. */
  readonly epsilon: number;
  /** By Conv block. */
  readonly epsilons: Readonly<Record<string, number>>;
  /** Side of SPPF's pooling in cells, odd. */
  readonly pool: number;
  /** By bottleneck (`model.4.m.0`): whether it adds its input, where that is not as in the table of rows. */
  readonly shortcuts: Readonly<Record<string, boolean>>;
}

/** What Ultralytics builds unless told otherwise, and what is computed for files that say nothing. */
export const STANDARD_SETTINGS: NetworkSettings = {
  activation: { kind: 'SiLU' },
  activations: {},
  epsilon: 1e-3,
  epsilons: {},
  pool: 5,
  shortcuts: {},
};

/** Largest side of a pooling. */
export const MAX_POOL = 31;

/** Whether a number can be the side of a pooling. */
export const isPool = (side: number): boolean => side % 2 === 1 && side > 0 && side <= MAX_POOL;

/** The activation of a Conv block. */
export function activationOf({ activation, activations }: NetworkSettings, block: string): ActivationSpec {
  return Object.hasOwn(activations, block) ? activations[block] : activation;
}

/** The epsilon of a Conv block's batch norm. */
export function epsilonOf({ epsilon, epsilons }: NetworkSettings, block: string): number {
  return Object.hasOwn(epsilons, block) ? epsilons[block] : epsilon;
}

/** Whether a bottleneck adds its input. @param standard as in the table of rows. */
export function shortcutOf({ shortcuts }: NetworkSettings, block: string, standard: boolean): boolean {
  return Object.hasOwn(shortcuts, block) ? shortcuts[block] : standard;
}

/** `SiLU`, `LeakyReLU(0.1)`. */
export function activationName({ kind, alpha }: ActivationSpec): string {
  return alpha === undefined ? kind : `${kind}(${Number(alpha.toPrecision(6))})`;
}

/** What differs from the standard, in words; empty where nothing does. */
export function settingsInWords(settings: NetworkSettings): string[] {
  const standard = STANDARD_SETTINGS;
  const words: string[] = [];
  const activation = activationName(settings.activation);
  if (activation !== activationName(standard.activation)) words.push(activation);
  const others = Object.entries(settings.activations).map(([block, spec]) => `${activationName(spec)} in ${block}`);
  words.push(...shortened(others));
  if (settings.epsilon !== standard.epsilon) words.push(`batch norm epsilon ${settings.epsilon}`);
  words.push(
    ...shortened(Object.entries(settings.epsilons).map(([block, epsilon]) => `epsilon ${epsilon} in ${block}`)),
  );
  if (settings.pool !== standard.pool) words.push(`SPPF pooling ${settings.pool}x${settings.pool}`);
  const shortcuts = Object.entries(settings.shortcuts).map(
    ([block, added]) => `${added ? 'a' : 'no'} shortcut in ${block}`,
  );
  return [...words, ...shortened(shortcuts)];
}

/** How many blocks a line names. */
const SHOWN = 4;

function shortened(parts: readonly string[]): string[] {
  return parts.length > SHOWN ? [...parts.slice(0, SHOWN), `… (${parts.length} such blocks)`] : [...parts];
}
