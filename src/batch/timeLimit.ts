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

/** How often the clock is looked at, in milliseconds. */
const TICK_MS = 100;

/** The clock of one image in this process. Time in which the whole process is held up counts for nobody. */
export class ImageClock implements ImageWatch {
  readonly #controller = new AbortController();
  #left: number;
  #timer: ReturnType<typeof setInterval> | undefined;

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
    this.#timer = setInterval(() => {
      this.#left -= TICK_MS;
      if (this.#left <= 0) this.#controller.abort();
    }, TICK_MS);
  };

  stop(): void {
    clearInterval(this.#timer);
  }
}
