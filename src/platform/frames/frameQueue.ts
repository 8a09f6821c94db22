/** What a program prints, cut into frames; a few of them wait until they are asked for. */
import type { Readable } from 'node:stream';
import { FrameTimes } from './frameTimes.js';
import type { PipedFrame, ReadFramesOptions } from '../programTypes.js';
import type { FromThread } from './protocol.js';

/** A frame with memory of its own, which goes to the caller. */
type OwnFrame = PipedFrame & { readonly data: Uint8Array<ArrayBuffer> };

/** Reads as fast as there is room, or always where frames may be dropped. */
export class FrameQueue {
  /** Resolves when everything that the program printed was taken, or after `stop`. */
  readonly done: Promise<void>;
  readonly #times: FrameTimes;
  readonly #waiting: OwnFrame[] = [];
  #wanted = 0;
  #count = 0;
  #stopped = false;
  #onChange: (() => void) | undefined;
  #alarm: ReturnType<typeof setTimeout> | undefined;
  readonly #stdout: Readable;
  readonly #side: Readable;
  readonly #options: ReadFramesOptions;
  readonly #post: (message: FromThread, ...transfer: ArrayBuffer[]) => void;

  /** @param post gets a `frame` or `late` for each call of `want`. */
  constructor(
    stdout: Readable,
    side: Readable,
    options: ReadFramesOptions,
    post: (message: FromThread, ...transfer: ArrayBuffer[]) => void,
  ) {
    this.#stdout = stdout;
    this.#side = side;
    this.#options = options;
    this.#post = post;
    this.#times = new FrameTimes(side);
    this.done = this.#read();
  }

  want(): void {
    this.#wanted++;
    this.#give();
    const { timeout } = this.#options;
    if (this.#wanted === 0 || timeout === undefined) return;
    // Counted here, where nothing holds up the clock.
    this.#alarm ??= setTimeout(() => {
      for (; this.#wanted > 0; this.#wanted--) this.#post({ type: 'late' });
      this.#alarm = undefined;
    }, timeout);
  }

  /** Forgets what waits. Bytes that nobody takes would keep the streams open, and with them the program. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    this.#stdout.destroy();
    this.#side.destroy();
    this.#onChange?.();
  }

  #give(): void {
    while (this.#wanted > 0) {
      const frame = this.#waiting.shift();
      if (!frame) return;
      this.#wanted--;
      clearTimeout(this.#alarm);
      this.#alarm = undefined;
      this.#post({ type: 'frame', frame }, frame.data.buffer);
    }
    this.#onChange?.();
  }

  async #read(): Promise<void> {
    try {
      await this.#cut();
    } catch (error) {
      if (!this.#stopped) throw error;
    }
    while (this.#waiting.length > 0) await this.#change();
    clearTimeout(this.#alarm);
  }

  async #cut(): Promise<void> {
    const { frameBytes } = this.#options;
    let frame = new Uint8Array(frameBytes);
    let filled = 0;
    for await (const chunk of this.#stdout as AsyncIterable<Uint8Array>) {
      for (let taken = 0; taken < chunk.length;) {
        const part = chunk.subarray(taken, taken + frameBytes - filled);
        frame.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled < frameBytes) continue;
        await this.#add(frame);
        frame = new Uint8Array(frameBytes);
        filled = 0;
      }
    }
  }

  async #add(data: Uint8Array<ArrayBuffer>): Promise<void> {
    const { ahead, drop } = this.#options;
    const count = this.#count++;
    const time = await this.#times.at(count);
    if (drop) this.#waiting.splice(0, this.#waiting.length - Math.max(0, ahead - 1));
    while (!drop && !this.#stopped && this.#waiting.length >= Math.max(1, ahead)) await this.#change();
    if (this.#stopped) return;
    this.#waiting.push({ data, count, ...(time !== undefined && { time }) });
    this.#give();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#onChange = resolve));
  }
}
