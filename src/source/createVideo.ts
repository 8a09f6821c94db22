/** Videos as files, written frame by frame. */
import { FastSAMError, invalidArgument, throwIfAborted } from '../errors.js';
import type { RgbImage } from '../image/rgbImage.js';
import { platform, type StagedFile } from '../platform/platform.js';
import type { FrameFeed } from '../platform/programTypes.js';
import { chooseEncoder, type Encoder } from './encoders.js';
import { lastComplaint, missingTool, ownSignal, programs, toolPath } from './ffmpeg.js';
import { integer, number, signal } from '../options/kinds.js';
import { checkOptions } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import type { VideoSink } from './types.js';

/** Options of `createVideo`. */
export interface CreateVideoOptions {
  /** Pixels of every frame. An odd size gets one more row or column in the file where its format needs it. */
  width: number;
  height: number;
  /** Frames a second. */
  fps: number;
  /** Ends the writing; nothing is left then. */
  signal?: AbortSignal;
}

const MAX_SIDE = 16_384;

/** Every option of `createVideo`. */
export const CREATE_VIDEO_OPTIONS = {
  width: integer(1, MAX_SIDE, { text: 'pixels of a row of every frame', required: true }),
  height: integer(1, MAX_SIDE, { text: 'rows of every frame', required: true }),
  fps: number(0.001, 1000, { text: 'frames a second', required: true }),
  signal: signal('ends the writing; nothing is left then'),
} satisfies RowsOf<CreateVideoOptions>;

/**
 * Creates a video by the system's ffmpeg, of the kind that the name's ending says: `.mp4` `.m4v` `.mov` `.mkv` (H.264),
 * `.webm` (VP9), `.gif`. It appears under its name when it is finished; until then it has a temporary one. Node only.
 * @throws FastSAMError `INVALID_ARGUMENT`, `PROGRAM_MISSING`, `WRITE_FAILED`, `ABORTED`; `write` and `finish` too.
 *
 * @example
 * const out = await createVideo('out.mp4', { width, height, fps: 25 });
 * for await (const { results } of model.stream(video)) if (results) await out.write(results.plot());
 * await out.finish();
 */
export async function createVideo(path: string, options: CreateVideoOptions): Promise<VideoSink> {
  checkOptions(CREATE_VIDEO_OPTIONS, options);
  const signal = ownSignal(options.signal);
  const encoder = await chooseEncoder(path, signal);
  throwIfAborted(signal);
  const staged = platform().stageFile?.(path);
  if (!staged) throw missingTool('ffmpeg');
  const frameBytes = options.width * options.height * 3;
  const feed = programs().feedFrames(toolPath('ffmpeg'), encodeArgs(encoder, staged.temporary, options), frameBytes);
  return new FfmpegSink(path, { ...options, signal }, { feed, staged, encoder });
}

/** What ffmpeg prints, without failing, when a network disk reports late that it is full. */
const CLOSING_FAILED = 'Error closing file';

/** What belongs to a file that is being written. */
interface Writing {
  readonly feed: FrameFeed;
  readonly staged: StagedFile;
  readonly encoder: Encoder;
}

class FfmpegSink implements VideoSink {
  readonly note?: string;
  #frames = 0;
  #discarding: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #path: string;
  readonly #options: CreateVideoOptions;
  readonly #writing: Writing;

  constructor(path: string, options: CreateVideoOptions, writing: Writing) {
    this.#path = path;
    this.#options = options;
    this.#writing = writing;
    if (writing.encoder.note !== undefined) this.note = writing.encoder.note;
    options.signal?.addEventListener('abort', this.#abort);
  }

  async write(image: RgbImage): Promise<void> {
    this.#requireOpen();
    const { width, height } = this.#options;
    if (image.width !== width || image.height !== height || image.data.length !== width * height * 3) {
      throw invalidArgument(
        `${this.#path}: got a frame of ${image.width} x ${image.height}, expected ${width} x ${height} as the first; begin another video`,
      );
    }
    this.#frames++;
    if (!(await this.#writing.feed.write(image.data))) await this.#fail();
  }

  async finish(): Promise<void> {
    this.#requireOpen();
    if (this.#frames === 0) {
      await this.discard();
      throw invalidArgument(`${this.#path}: got no frame, expected one at least; write frames first`);
    }
    this.#writing.feed.endInput();
    const { code, complaints } = await this.#writing.feed.ended();
    throwIfAborted(this.#options.signal);
    if (code !== 0 || complaints.some((line) => line.startsWith(CLOSING_FAILED))) await this.#fail();
    this.#close();
    try {
      await this.#writing.staged.commit();
    } catch (error) {
      await this.#writing.staged.discard();
      throw error;
    }
  }

  discard(): Promise<void> {
    if (!this.#closed) this.#discarding = this.#remove();
    return this.#discarding;
  }

  async #remove(): Promise<void> {
    this.#close();
    this.#writing.feed.kill();
    await this.#writing.feed.ended();
    await this.#writing.staged.discard();
  }

  readonly #abort = (): void => {
    void this.discard();
  };

  #close(): void {
    this.#closed = true;
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }

  #requireOpen(): void {
    throwIfAborted(this.#options.signal);
    if (this.#closed) throw new FastSAMError('DISPOSED', `${this.#path}: the video is finished; create another one`);
  }

  /** ffmpeg has ended before its time. */
  async #fail(): Promise<never> {
    const end = await this.#writing.feed.ended();
    await this.discard();
    throwIfAborted(this.#options.signal);
    if (end.code === undefined) throw missingTool('ffmpeg');
    const { temporary } = this.#writing.staged;
    const reason = lastComplaint(end).replaceAll(`file:${temporary}`, this.#path).replaceAll(temporary, this.#path);
    throw new FastSAMError('WRITE_FAILED', `cannot write ${this.#path}: ffmpeg stopped: ${reason}`);
  }
}

function encodeArgs({ args }: Encoder, file: string, { width, height, fps }: CreateVideoOptions): string[] {
  return [
    // ffmpeg reports success when the disk is full at the end.
    ...['-hide_banner', '-nostats', '-loglevel', 'error', '-xerror', '-y'],
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${width}x${height}`, '-framerate', String(fps)],
    ...['-i', 'pipe:0', ...args(width, height), `file:${file}`],
  ];
}
