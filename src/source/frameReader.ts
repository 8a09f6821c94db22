/** Frames from a running ffmpeg: decoded ahead of whoever takes them, a few at a time. */
import { FastSAMError, throwIfAborted } from '../errors.js';
import type { Program } from '../platform/platform.js';
import { lastComplaint, missingTool } from './ffmpeg.js';
import { FrameTimes } from './frameTimes.js';

/** What a reader must know. */
export interface ReaderOptions {
  /** For messages. */
  readonly name: string;
  /** Bytes of a frame. */
  readonly frameBytes: number;
  /** Frames that wait, decoded, until they are asked for. */
  readonly ahead: number;
  /** Replace waiting frames by newer ones instead of letting ffmpeg wait. */
  readonly drop: boolean;
  /** Longest wait for a frame in milliseconds; undefined: for ever. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** A frame's pixels, its number among those that ffmpeg gave, and its time if ffmpeg told it. */
export interface RawFrame {
  readonly data: Uint8Array;
  readonly count: number;
  /** Seconds since the place at which ffmpeg began. */
  readonly time?: number;
}

/** Reads frames while the caller works on earlier ones. */
export class FrameReader {
  readonly #times: FrameTimes;
  readonly #waiting: RawFrame[] = [];
  readonly #done: Promise<void>;
  #count = 0;
  #stopped = false;
  #ended = false;
  #failure: Error | undefined;
  #onRoom: (() => void) | undefined;
  #onFrame: (() => void) | undefined;

  constructor(
    private readonly program: Program,
    private readonly options: ReaderOptions,
  ) {
    this.#times = new FrameTimes(program.side);
    options.signal?.addEventListener('abort', this.#stop);
    this.#done = this.#read().catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
    void this.#done.then(() => {
      this.#ended = true;
      options.signal?.removeEventListener('abort', this.#stop);
      this.#onFrame?.();
    });
  }

  /**
   * The next frame; undefined after the last.
   * @throws FastSAMError `INVALID_VIDEO`, once the frames before the failure are taken; `ABORTED` at once.
   */
  async next(): Promise<RawFrame | undefined> {
    if (this.#waiting.length === 0 && !this.#ended) await this.#nextArrival();
    throwIfAborted(this.options.signal);
    const frame = this.#waiting.shift();
    this.#onRoom?.();
    if (frame) return frame;
    if (this.#failure !== undefined) throw this.#failure;
    return undefined;
  }

  /** Ends ffmpeg; resolves when it is gone. */
  async close(): Promise<void> {
    this.#stop();
    await this.#done;
  }

  readonly #stop = (): void => {
    this.#stopped = true;
    this.program.kill();
    this.#onRoom?.();
  };

  async #nextArrival(): Promise<void> {
    const { timeout, name } = this.options;
    const arrival = new Promise<void>((resolve) => (this.#onFrame = resolve));
    if (timeout === undefined) return arrival;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new FastSAMError('INVALID_VIDEO', `${name}: no frame came for ${timeout / 1000} s; check the source`));
      }, timeout);
    });
    await Promise.race([arrival, late]).finally(() => {
      clearTimeout(timer);
    });
  }

  /** Cuts what ffmpeg prints into frames. */
  async #read(): Promise<void> {
    const { frameBytes } = this.options;
    let frame = new Uint8Array(frameBytes);
    let filled = 0;
    for await (const chunk of this.program.stdout) {
      for (let taken = 0; taken < chunk.length;) {
        const part = chunk.subarray(taken, taken + frameBytes - filled);
        frame.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled < frameBytes) continue;
        await this.#deliver(frame);
        frame = new Uint8Array(frameBytes);
        filled = 0;
      }
    }
    await this.#checkEnd();
  }

  async #deliver(data: Uint8Array): Promise<void> {
    const { ahead, drop } = this.options;
    const count = this.#count++;
    const time = await this.#times.at(count);
    if (drop) this.#waiting.splice(0, this.#waiting.length - Math.max(0, ahead - 1));
    while (!drop && !this.#stopped && this.#waiting.length >= Math.max(1, ahead)) {
      await new Promise<void>((resolve) => (this.#onRoom = resolve));
    }
    this.#waiting.push({ data, count, ...(time !== undefined && { time }) });
    this.#onFrame?.();
  }

  async #checkEnd(): Promise<void> {
    const end = await this.program.ended;
    if (this.#stopped || end.code === 0) return;
    if (end.code === undefined) throw missingTool('ffmpeg');
    const after = this.#count === 0 ? 'gave no frame' : `stopped after ${this.#count} frames`;
    throw new FastSAMError('INVALID_VIDEO', `${this.options.name}: ffmpeg ${after}: ${lastComplaint(end)}`);
  }
}
