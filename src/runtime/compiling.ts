/** Shaders on their way, whatever the GPU's interface is. */
import { FastSAMError } from '../errors.js';

/** Shaders that are being compiled. */
export interface Compiling {
  readonly total: number;
  /** Waits for the next ones. @returns how many are done. */
  next(): Promise<number>;
  /** Puts them, all done, where operations find them. */
  keep(): void;
  /** Frees them instead. */
  drop(): void;
}

/** The error for a shader that a driver refuses. */
export const refusedShader = (device: string, message: string): FastSAMError =>
  new FastSAMError(
    'DEVICE_FAILED',
    `${device}: got "${message.split('\n', 1)[0] ?? ''}" for a shader, expected that it compiles; load the model with device: 'wasm'`,
  );
