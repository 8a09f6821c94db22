/** Workers: other threads or processes of this package, which know nothing but the messages that they are sent. */
import { invalidArgument, type FastSAMError } from '../../errors.js';

/** What is handed over without a copy: buffers and, in browsers, bitmaps. */
export type Handed = ArrayBuffer | Bitmap;

/** What is copied in one step, in bytes: some milliseconds. */
export const SLICE_BYTES = 4_194_304;

/** A picture that a browser can send; in Node there are none. */
export type Bitmap = ImageBitmap;

/** The two ends of a worker's line hear the same things. */
export interface LineEvents {
  readonly onMessage: (message: unknown) => void;
  /** Once; the reason is for people, an error where another worker would fare no better. Nothing comes after it. */
  readonly onEnd: (reason: string | FastSAMError) => void;
}

/** A worker, as its caller sees it. */
export interface WorkerLine {
  /**
   * Sends a message. What is handed over is gone here, where the platform can hand over; else it is copied.
   * @throws what the platform throws for a value that cannot be sent.
   */
  post(message: unknown, handed: readonly Handed[]): void;
  /** Ends the worker at once, whatever it does; `onEnd` is not called. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Whether this process waits for the worker before it ends by itself. At first it does not. */
  hold(waiting: boolean): void;
}

/** The caller, as a worker sees it. */
export interface CallerLine {
  post(message: unknown, handed: readonly Handed[]): void;
  onMessage(hear: (message: unknown) => void): void;
  /** Sees relative addresses from where the caller sees them. */
  settle(base: string): void;
}

/** How a platform has workers. */
export interface Workers {
  /** @throws FastSAMError `WORKER_LOST` where none can be started. */
  start(events: LineEvents): WorkerLine;
  /** From where relative addresses are seen: the working folder, or the page's address. */
  base(): string;
  /** Whether messages clone what they carry: then Blobs and bitmaps can be sent, and buffers handed over. */
  readonly clones: boolean;
  /**
   * A picture of what a page shows and a worker cannot be sent: elements, canvases; in strips from top to bottom, where one
   * picture would take a long task. Undefined for anything else.
   * @throws FastSAMError `INVALID_IMAGE` for elements without pixels.
   */
  capture(source: unknown): Promise<readonly Bitmap[]> | undefined;
}

let current: Workers | undefined;

/** Registers how workers are started. The entry `fastsam-tfjs/worker` does it on import. */
export function useWorkers(chosen: Workers): void {
  current = chosen;
}

/** @throws FastSAMError `INVALID_ARGUMENT` when none are registered. */
export function workers(): Workers {
  if (current) return current;
  throw invalidArgument("workers: got none, expected registered ones; import FastSAM from 'fastsam-tfjs/worker'");
}
