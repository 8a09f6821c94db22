/** Workers in a browser. */
import { FastSAMError } from '../../errors.js';
import { requireFunction } from '../../options/requireKind.js';
import { showValue } from '../../options/showValue.js';
import { nextTurn } from '../nextTurn.js';
import { SLICE_BYTES, type Handed, type LineEvents, type WorkerLine, type Workers } from './workers.js';

/** What the package needs of a `Worker`. */
export interface WorkerLike {
  /** See `Worker`. */
  postMessage(message: unknown, transfer: Transferable[]): void;
  /** See `Worker`: `message`, `messageerror` and `error` are heard. */
  addEventListener(type: string, hear: (event: Event) => void): void;
  /** See `Worker`. */
  terminate(): void;
}

/** Makes the worker: bundlers find its program by this very expression. */
let make = (): WorkerLike => new Worker(new URL('../../worker/browserProgram.js', import.meta.url), { type: 'module' });

/**
 * Makes the workers of this page by a function of your own: where the bundler does not find the worker's program, or the
 * package comes from another origin. The program is `fastsam-tfjs/worker/program`.
 *
 * @example
 * setWorker(() => new Worker('/fastsam-worker.js', { type: 'module' }));
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no function.
 */
export function setWorker(maker: () => WorkerLike): void {
  requireFunction('setWorker', maker);
  make = maker;
}

const failed = (reason: string, cause?: unknown): FastSAMError =>
  new FastSAMError(
    'WORKER_LOST',
    `worker: it could not be started (${reason}), expected a program of the page's origin; serve fastsam-tfjs/worker/program ` +
      'there, and give setWorker a function that makes a module worker of it',
    { cause },
  );

/** @throws FastSAMError `WORKER_LOST` */
function made(): WorkerLike {
  let worker: unknown;
  try {
    worker = make();
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error), error);
  }
  const { postMessage, addEventListener, terminate } = (worker ?? {}) as Partial<WorkerLike>;
  if ([postMessage, addEventListener, terminate].every((each) => typeof each === 'function'))
    return worker as WorkerLike;
  throw failed(`the function of setWorker gave ${showValue(worker)}`);
}

class ThreadLine implements WorkerLine {
  readonly #worker: WorkerLike;
  #over = false;

  constructor({ onMessage, onEnd }: LineEvents) {
    this.#worker = made();
    const over = (reason: string | FastSAMError): void => {
      if (this.#over) return;
      void this.kill();
      onEnd(reason);
    };
    this.#worker.addEventListener('message', (event) => {
      if (!this.#over) onMessage((event as MessageEvent<unknown>).data);
    });
    this.#worker.addEventListener('messageerror', () => {
      over('a message could not be read');
    });
    this.#worker.addEventListener('error', (event) => {
      const { message } = event as ErrorEvent;
      // Without a message: the program itself could not be loaded.
      over(message || failed('its program cannot be loaded'));
    });
  }

  post(message: unknown, handed: readonly Handed[]): void {
    if (!this.#over) this.#worker.postMessage(message, [...handed]);
  }

  kill(): Promise<void> {
    this.#over = true;
    this.#worker.terminate();
    return Promise.resolve();
  }

  hold(): void {
    // A page does not end by itself.
  }
}

/**
 * Elements and canvases have no form that can be sent. Bitmaps have, but the copy that a message makes of them takes several
 * times as long as this one. `ImageData` and Blobs go as they are.
 */
function capture(source: unknown): Promise<ImageBitmap[]> | undefined {
  if (typeof HTMLImageElement !== 'undefined' && source instanceof HTMLImageElement) {
    return whole(source, source.naturalWidth);
  }
  if (typeof HTMLVideoElement !== 'undefined' && source instanceof HTMLVideoElement) {
    return whole(source, source.videoWidth);
  }
  if (typeof VideoFrame !== 'undefined' && source instanceof VideoFrame) return whole(source, source.displayWidth);
  if (source instanceof ImageBitmap) return inStrips(source);
  const isCanvas =
    (typeof HTMLCanvasElement !== 'undefined' && source instanceof HTMLCanvasElement) ||
    (typeof OffscreenCanvas !== 'undefined' && source instanceof OffscreenCanvas);
  // What is drawn on a canvas meanwhile does not change its bitmap.
  return isCanvas ? whole(source, source.width).then(([bitmap]) => inStrips(bitmap)) : undefined;
}

/** Nothing is copied before such a bitmap is sent, and then all of it at once: not so if it comes in strips. */
async function inStrips(source: ImageBitmap): Promise<ImageBitmap[]> {
  const { width, height } = source;
  const rows = Math.max(1, Math.floor(SLICE_BYTES / (4 * width)));
  const strips: ImageBitmap[] = [];
  for (let y = 0; y < height; y += rows) {
    strips.push(await bitmapOf(createImageBitmap(source, 0, y, width, Math.min(rows, height - y))));
    if (y + rows < height) await nextTurn();
  }
  return strips;
}

async function whole(
  source: HTMLImageElement | HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas | VideoFrame,
  width: number,
): Promise<[ImageBitmap]> {
  // Decoded beside the page: `createImageBitmap` alone would decode an image that was never shown on the page's thread.
  if (width > 0 && 'decode' in source) await bitmapOf(source.decode());
  return [await bitmapOf(createImageBitmap(source))];
}

async function bitmapOf<T>(made: Promise<T>): Promise<T> {
  try {
    return await made;
  } catch (error) {
    throw new FastSAMError(
      'INVALID_IMAGE',
      'image bytes: got an element without pixels, expected a loaded one; wait for its load event',
      { cause: error },
    );
  }
}

export const browserWorkers: Workers = {
  start: (events) => new ThreadLine(events),
  base: () => (typeof document === 'undefined' ? location.href : document.baseURI),
  clones: true,
  capture,
};
