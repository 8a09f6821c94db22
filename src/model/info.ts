/** What is known of a loaded model. */
import type { Precision } from '../runtime/choices.js';
import type { Device } from '../runtime/choices.js';
import type { Architecture } from './architecture.js';
import type { OpenedCheckpoint } from './open.js';
import type { ModelDefaults } from '../weights/catalogue.js';
import { defaultsNote, defaultsOf } from '../weights/defaults.js';

/** Facts of a loaded model. */
export interface ModelInfo {
  /** Name in the catalogue, else the file's. */
  readonly name: string;
  /** Where the weights came from; empty for bytes, and for weights that were set. */
  readonly path: string;
  readonly architecture: Architecture;
  /** Class names by index. */
  readonly classNames: Readonly<Record<number, string>>;
  /** Defaults of `segment`. */
  readonly defaults: ModelDefaults;
  /** Why `defaults` are not what the file says: one line, where there is something to say. */
  readonly defaultsNote?: string;
  readonly device: Device;
  /**
   * Why a faster device is not in use, and what would change that: one line. After `device: 'cpu'` or `'gpu'` it is there
   * whenever that did not give the first of its kind, as when `cpu` means wasm.
   */
  readonly deviceNote?: string;
  /** What the network computes in. */
  readonly precision: Precision;
  /** Strings of the checkpoint: version, date, licence. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a checkpoint and a device tell. */
export function describeModel(
  { checkpoint, architecture, name, path, entry }: OpenedCheckpoint,
  device: Device,
  deviceNote: string | undefined,
): Omit<ModelInfo, 'precision'> {
  const note = defaultsNote(checkpoint);
  return {
    name,
    path,
    architecture,
    classNames: checkpoint.names ?? { 0: 'object' },
    defaults: defaultsOf(checkpoint, entry),
    ...(note === undefined ? {} : { defaultsNote: note }),
    device,
    ...(deviceNote === undefined ? {} : { deviceNote }),
    metadata: checkpoint.metadata,
  };
}
