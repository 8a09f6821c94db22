/** How a video is read: by ffmpeg, or frame by frame from an image file that holds several. Loaded when one is opened. */
import { FastSAMError, invalidArgument, throwIfAborted } from '../errors.js';
import { PRINT_TIMES } from '../platform/frames/frameTimes.js';
import { MAX_PIXELS } from '../platform/platform.js';
import type { PipedFrame } from '../platform/programTypes.js';
import { plural } from '../options/showValue.js';
import { printable } from '../text/printable.js';
import { ownSignal } from './ffmpeg.js';
import { FrameReader } from './frameReader.js';
import { ImageFrames, readImageClip } from './imageFrames.js';
import { isLocalPath, localPath, videoInput, type VideoInput } from './inputs.js';
import type { ResolvedVideoOptions, VideoOptions } from './videoOptions.js';
import { probeVideo, type Probed } from './probe.js';
import type { Frame, VideoInfo, VideoSource } from './types.js';

/** See `openVideo`; the options are checked. */
export async function openSource(source: string | URL, options: ResolvedVideoOptions): Promise<VideoSource> {
  const signal = ownSignal(options.signal);
  const image = isLocalPath(source) ? await readImageClip(localPath(source)) : undefined;
  if (image && !image.byFfmpeg) return new ImageFrames(image, { ...options, signal });
  const input = await videoInput(source, signal);
  const probed = await withDeadline(input, options.timeout, signal, (limit) => probeVideo(input, limit));
  checkFrameSize(probed.info, options.maxPixels, input.name);
  return new FfmpegSource(input, probed, { ...options, signal });
}

/** @throws FastSAMError `INVALID_VIDEO` */
function checkFrameSize({ width, height }: VideoInfo, maxPixels: number, name: string): void {
  if (width * height <= maxPixels) return;
  throw new FastSAMError(
    'INVALID_VIDEO',
    `${name}: got frames of ${width} x ${height} pixels, expected at most ${maxPixels} pixels in all; scale it down or raise maxPixels (--max-pixels)`,
  );
}

/** Starts ffmpeg when the first frame is read, so that a source that nobody reads costs nothing. */
class FfmpegSource implements VideoSource {
  readonly info: VideoInfo;
  #reader: FrameReader | undefined;
  #closed = false;
  readonly #endings: string[] = [];
  readonly #input: VideoInput;
  readonly #probed: Probed;
  readonly #options: ResolvedVideoOptions;

  constructor(input: VideoInput, probed: Probed, options: ResolvedVideoOptions) {
    this.#input = input;
    this.#probed = probed;
    this.#options = options;
    this.info = probed.info;
  }

  get warnings(): readonly string[] {
    return [...(this.#reader?.complaints() ?? []), ...this.#endings].map(printable);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame, void> {
    if (this.#reader || this.#closed) {
      throw invalidArgument(`${this.#input.name}: was read already; open it again`);
    }
    throwIfAborted(this.#options.signal);
    const reader = this.#start();
    try {
      let first: number | undefined;
      let count = 0;
      for (let raw = await reader.next(); raw !== undefined; raw = await reader.next()) {
        first ??= this.#firstIndex(raw);
        count = raw.count + 1;
        yield this.#frame(raw, first);
      }
      this.#noteEnd(count);
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reader?.close();
  }

  /** For ffmpeg a live source whose server is gone ends like a complete one. */
  #noteEnd(count: number): void {
    const { end, maxFrames = Infinity } = this.#options;
    if (!this.#input.live || this.#closed || end !== undefined || count >= maxFrames) return;
    this.#endings.push(`the stream ended after ${plural(count, 'frame')}: its server closed it`);
  }

  #start(): FrameReader {
    const { info } = this;
    const [input, options] = [this.#input, this.#options];
    this.#reader = new FrameReader(decodeArgs(input, this.#probed, options), {
      name: input.name,
      frameBytes: info.width * info.height * 3,
      ahead: options.ahead,
      drop: options.drop ?? input.live,
      timeout: input.kind === 'file' ? undefined : options.timeout * 1000,
      signal: options.signal,
    });
    return this.#reader;
  }

  /** The number of the first frame in the whole video. */
  #firstIndex({ time = 0 }: PipedFrame): number {
    const { start } = this.#options;
    return start > 0 ? Math.round((start + time) * this.info.fps) : 0;
  }

  #frame({ data, count, time }: PipedFrame, first: number): Frame {
    const { stride, start } = this.#options;
    const { width, height, fps } = this.info;
    const index = first + count * stride;
    return {
      image: { data, width, height, path: this.#input.name },
      index,
      time: time === undefined ? index / fps : start + time,
    };
  }
}

/** The largest limit that ffmpeg takes. */
const PIXELS_OF_FFMPEG = 2 ** 31 - 1;

/**
 * ffmpeg's arguments for raw RGB frames on standard output and their times on descriptor 3. Frames that
 * grow later are bounded too; coded sizes are a little larger than those that are shown.
 */
export function decodeArgs(input: VideoInput, { info, hasFpsMode }: Probed, options: VideoOptions): string[] {
  const { start = 0, end, stride = 1, maxFrames, maxPixels = MAX_PIXELS } = options;
  const filters = [
    ...(stride > 1 ? [`select='not(mod(n\\,${stride}))'`] : []),
    // A stream whose size changes would break the frames' length.
    `scale=${info.width}:${info.height}:flags=bicubic`,
    'format=rgb24',
    PRINT_TIMES,
  ];
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error'],
    ...(start > 0 ? ['-ss', String(start)] : []),
    ...(end === undefined ? [] : ['-t', String(end - start)]),
    ...['-max_pixels', String(Math.min(PIXELS_OF_FFMPEG, 2 * maxPixels + 65_536))],
    ...input.args,
    ...['-map', '0:V:0', '-vf', filters.join(',')],
    ...(hasFpsMode ? ['-fps_mode', 'passthrough'] : ['-vsync', 'passthrough']),
    ...(maxFrames === undefined ? [] : ['-frames:v', String(maxFrames)]),
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
  ];
}

/** Network sources and cameras that never answer end in an error. */
async function withDeadline<T>(
  input: VideoInput,
  seconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (input.kind === 'file') return work(signal);
  const limit = AbortSignal.timeout(seconds * 1000);
  try {
    return await work(signal ? AbortSignal.any([signal, limit]) : limit);
  } catch (error) {
    throwIfAborted(signal);
    if (!limit.aborted) throw error;
    throw new FastSAMError('INVALID_VIDEO', `${input.name}: did not answer within ${seconds} s; check the address`, {
      cause: error,
    });
  }
}
