/** Image files as clips: animated WebP and stacks of TIFF by the image codecs; ffmpeg does animated GIF, PNG and AVIF. */
import { invalidArgument, throwIfAborted } from '../errors.js';
import { describeFormat, HEAD_BYTES } from '../image/format.js';
import { readHeader } from '../image/header.js';
import { webpDurations } from '../image/webpDurations.js';
import { checkSize, platform } from '../platform/platform.js';
import type { Frame, VideoInfo, VideoSource } from './types.js';

/** Where a file does not say how long its frames last. */
const DEFAULT_SECONDS = 1 / 25;

/** Which frames are taken; see `VideoOptions`. */
export interface ClipChoice {
  readonly stride: number;
  readonly start: number;
  readonly end: number | undefined;
  readonly maxFrames: number | undefined;
  readonly maxPixels: number;
  readonly signal: AbortSignal | undefined;
}

/** An image file that is taken for a clip. */
export interface ImageClip {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Images in the file. */
  readonly frames: number;
  /** Whether ffmpeg reads its frames. */
  readonly byFfmpeg: boolean;
  /** Seconds at which each frame begins, and the end of the last one. */
  readonly times: readonly number[];
}

/**
 * Reads a file that is an image by its first bytes.
 * @returns undefined for other files, and for paths where none lies.
 */
export async function readImageClip(path: string): Promise<ImageClip | undefined> {
  const here = platform();
  if ((await here.stat(path))?.kind !== 'file') return undefined;
  const head = await here.readStart?.(path, HEAD_BYTES);
  if (!head) return undefined;
  const { name, supported } = describeFormat(head);
  if (!supported) return undefined;
  const bytes = await here.readFile(path);
  const header = readHeader(name, bytes);
  if (!header) return undefined;
  const isViews = name === 'JPEG' && isMultiPicture(bytes);
  const frames = isViews ? 1 : header.frames;
  const durations = name === 'WebP' ? webpDurations(bytes) : [];
  const times = [0];
  for (let i = 0; i < frames; i++) times.push(times[i] + (durations[i] ?? DEFAULT_SECONDS));
  const byFfmpeg = frames > 1 && name !== 'WebP' && name !== 'TIFF';
  return { path, bytes, width: header.width, height: header.height, frames, byFfmpeg, times };
}

/** Whether the images of a JPEG file are views and previews of one scene (CIPA's Multi-Picture Format), no frames. */
function isMultiPicture(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 65_536));
  return /\xff\xe2..MPF\0/s.test(start);
}

/** The frames of an image file, decoded one after another. */
export class ImageFrames implements VideoSource {
  readonly info: VideoInfo;
  readonly warnings: readonly string[] = [];
  readonly #clip: ImageClip;
  readonly #options: ClipChoice;
  #used = false;

  /** @throws FastSAMError `INVALID_IMAGE` for more pixels than allowed. */
  constructor(clip: ImageClip, options: ClipChoice) {
    const { path, width, height, frames, times } = clip;
    checkSize(clip, options.maxPixels, path);
    const duration = times[frames];
    this.info = { width, height, fps: frames / duration, frames, duration };
    this.#clip = clip;
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame, void> {
    const { path, bytes, times, frames } = this.#clip;
    if (this.#used) throw invalidArgument(`${path}: was read already; open it again`);
    this.#used = true;
    const { stride, start, end = Infinity, maxFrames = Infinity, maxPixels, signal } = this.#options;
    const first = times.findIndex((time) => time >= start);
    for (let index = first, count = 0; index < frames && count < maxFrames; index += stride, count++) {
      throwIfAborted(signal);
      if (times[index] >= end) return;
      const image = await platform().decodeImage(bytes, { path, maxPixels, page: index });
      yield { image: { data: image.data, width: image.width, height: image.height, path }, index, time: times[index] };
    }
  }

  close(): Promise<void> {
    this.#used = true;
    return Promise.resolve();
  }
}
