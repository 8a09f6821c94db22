/** What `segment` writes for a video, and how far it is. */
import type { Results } from '../results/results.js';
import type { VideoInfo } from '../source/types.js';
import { ClipFiles, type ClipOutput } from './clipFiles.js';
import { framesToCome, type FrameChoice } from './framesToCome.js';

/** The files of one video, and a count of its frames. */
export class VideoReport {
  /** Index of the source. */
  readonly source: number;
  /** A video of no known length: a camera. Interrupting it is the way to end it. */
  readonly live: boolean;
  /** Frames to come in all; undefined if not known. */
  readonly total: number | undefined;
  readonly #files: ClipFiles;
  readonly #began = performance.now();
  #frames = 0;

  /** @param taken which of the frames come. */
  constructor(source: number, info: VideoInfo, outputs: readonly ClipOutput[], taken: FrameChoice) {
    this.source = source;
    this.live = info.duration === undefined;
    this.total = framesToCome(info, taken);
    this.#files = new ClipFiles(outputs, info.fps / (taken.stride ?? 1));
  }

  /** Frames that were written. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames a second so far. */
  get rate(): number {
    return (1000 * this.#frames) / (performance.now() - this.#began);
  }

  /** Takes the next frame. */
  async add(results: Results, name: string): Promise<void> {
    this.#frames++;
    await this.#files.add(results, name);
  }

  /** @returns what was written. */
  finish(): Promise<string[]> {
    return this.#files.finish();
  }

  /** Leaves nothing behind that is not finished. */
  discard(): Promise<void> {
    return this.#files.discard();
  }
}
