/** Reads frames from a running ffmpeg, and turns its end into an error if it failed. */
import { FastSAMError, throwIfAborted } from '../errors.js';
import type { PipedFrame, ReadFramesOptions } from '../platform/programTypes.js';
import { lastComplaint, missingTool, programs, toolPath } from './ffmpeg.js';
import { plural } from '../options/showValue.js';

/** What a reader must know. */
export interface ReaderOptions extends ReadFramesOptions {
  /** For messages. */
  readonly name: string;
  readonly signal?: AbortSignal;
}

/** Starts ffmpeg, which decodes while the caller works on earlier frames. */
export class FrameReader {
  readonly #output;
  #count = 0;
  #closed = false;
  readonly #options: ReaderOptions;

  /** @throws FastSAMError `PROGRAM_MISSING` in browsers. */
  constructor(args: readonly string[], options: ReaderOptions) {
    this.#options = options;
    const { frameBytes, ahead, drop, timeout, signal } = options;
    this.#output = programs().readFrames(toolPath('ffmpeg'), args, { frameBytes, ahead, drop, timeout });
    signal?.addEventListener('abort', this.#output.kill);
  }

  /**
   * The next frame; undefined after the last. Times count from where ffmpeg began.
   * @throws FastSAMError `INVALID_VIDEO`, after the frames before the failure; `ABORTED` at once.
   */
  async next(): Promise<PipedFrame | undefined> {
    const { name, signal, timeout = 0 } = this.#options;
    const frame = await this.#output.next();
    throwIfAborted(signal);
    if (frame === 'late') {
      throw new FastSAMError('INVALID_VIDEO', `${name}: no frame came for ${timeout / 1000} s; check the source`);
    }
    if (frame) this.#count = frame.count + 1;
    else await this.#checkEnd();
    return frame;
  }

  complaints(): readonly string[] {
    return this.#output.complaints();
  }

  /** Ends ffmpeg; resolves when it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#options.signal?.removeEventListener('abort', this.#output.kill);
    this.#output.kill();
    await this.#output.ended();
  }

  async #checkEnd(): Promise<void> {
    const end = await this.#output.ended();
    if (this.#closed || end.code === 0) return;
    if (end.code === undefined) throw missingTool('ffmpeg');
    const after = this.#count === 0 ? 'gave no frame' : `stopped after ${plural(this.#count, 'frame')}`;
    throw new FastSAMError('INVALID_VIDEO', `${this.#options.name}: ffmpeg ${after}: ${lastComplaint(end)}`);
  }
}
