/** How long an image may take: seconds of reading, network and writing; waiting for other images does not count. */
import { showValue } from '../options/showValue.js';
import type { BatchItem } from './names.js';
import type { ImageStage, ImageWatch } from './processor.js';
import { failureOf, type FailedRecord } from './records.js';

/** The record of an image that took too long. @param limit seconds. */
export function timedOut(item: BatchItem, limit: number): FailedRecord {
  const message =
    `${item.key}: got no result in ${showValue(limit)} s, expected one; look whether the file can be read, ` +
    'or give it more time with --image-timeout (imageTimeout)';
  return failureOf(item, 'TIMED_OUT', message);
}

/** The clock of one image in this process. */
export class ImageClock implements ImageWatch {
  readonly #controller = new AbortController();
  #left: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;

  /** @param limit seconds. */
  constructor(limit: number) {
    this.#left = 1000 * limit;
  }

  /** Fires when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops while the image waits for others. */
  readonly onStage = (stage: ImageStage): void => {
    this.stop();
    if (stage === 'waiting') return;
    this.#since = performance.now();
    this.#timer = setTimeout(() => {
      this.#controller.abort();
    }, this.#left);
  };

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left = Math.max(0, this.#left - (performance.now() - this.#since));
  }
}
