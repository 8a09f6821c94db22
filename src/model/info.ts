/** What is known of a loaded model. */
import type { Precision } from '../runtime/choices.js';
import type { Device } from '../runtime/choices.js';
import type { Architecture } from './architecture.js';
import type { ModelDefaults } from '../weights/catalogue.js';

/** Facts of a loaded model. */
export interface ModelInfo {
  /** Name in the catalogue, else the file's. */
  readonly name: string;
  /** Where the weights came from; empty for bytes. */
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
