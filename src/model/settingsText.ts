/** Settings as the string that a safetensors file can hold. */
import { FastSAMError } from '../errors.js';
import {
  ACTIVATION_KINDS,
  isPool,
  STANDARD_SETTINGS,
  settingsInWords,
  type ActivationKind,
  type ActivationSpec,
  type NetworkSettings,
} from '../layers/settings.js';
import { parentOf } from '../weights/moduleFacts.js';
import type { Architecture } from './architecture.js';
import { operations } from './convSpecs.js';

/** Name of the string. */
export const SETTINGS_KEY = 'settings';

/** The string for a file's metadata; none for standard settings, which a file without it has. */
export function settingsMetadata(settings: NetworkSettings): Record<string, string> {
  return settingsInWords(settings).length === 0 ? {} : { [SETTINGS_KEY]: JSON.stringify(settings) };
}

/**
 * Settings out of the string.
 * @throws FastSAMError `INVALID_CHECKPOINT` for a string that `settingsMetadata` does not write.
 */
export function settingsFromText(text: string, architecture: Architecture): NetworkSettings {
  try {
    const value = record(JSON.parse(text));
    const { specs } = operations(architecture);
    const blocks = new Set(specs.map(({ name }) => name));
    const units = new Set(specs.map(({ name }) => parentOf(name)));
    return {
      activation: activation(value.activation),
      activations: byName(value.activations, blocks, activation),
      epsilon: number(value.epsilon, (n) => n >= 0),
      epsilons: byName(value.epsilons, blocks, (n) => number(n, (found) => found >= 0)),
      pool: number(value.pool, isPool),
      shortcuts: byName(value.shortcuts, units, flag),
    };
  } catch (error) {
    throw new FastSAMError(
      'INVALID_CHECKPOINT',
      `safetensors header: its "${SETTINGS_KEY}" are not those of a network (${STANDARD_SETTINGS.activation.kind} and ` +
        'so on, as `fastsam convert` writes them); convert the original checkpoint again',
      { cause: error },
    );
  }
}

class NoSetting extends SyntaxError {}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new NoSetting('no record');
  return value as Readonly<Record<string, unknown>>;
}

function number(value: unknown, fits: (n: number) => boolean): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || !fits(value)) throw new NoSetting('no number');
  return value;
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new NoSetting('neither true nor false');
  return value;
}

function activation(value: unknown): ActivationSpec {
  const { kind, alpha } = record(value);
  const known = ACTIVATION_KINDS.find((name): name is ActivationKind => name === kind);
  if (known === undefined || (alpha === undefined) === (known === 'LeakyReLU' || known === 'ELU')) {
    throw new NoSetting('no activation');
  }
  return alpha === undefined ? { kind: known } : { kind: known, alpha: number(alpha, () => true) };
}

function byName<T>(value: unknown, names: ReadonlySet<string>, read: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record(value)).map(([name, held]) => {
      if (!names.has(name)) throw new NoSetting('no such block');
      return [name, read(held)];
    }),
  );
}
