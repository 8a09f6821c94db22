/** What SOURCE of `fastsam track` stands for: a video, a camera, or images that are the frames of a clip. */
import { isDynamicPattern } from 'tinyglobby';
import { FastSAMError } from '../../errors.js';
import type { TrackSource } from '../../model/trackStream.js';
import { openVideo, type VideoOptions } from '../../source/openVideo.js';
import { expandSources } from '../sources.js';
import { framesToCome, type FrameChoice } from '../framesToCome.js';

/** A clip that is about to be read. */
export interface FrameSource {
  /** What its files are called after: the video or folder, of a glob the first image. */
  readonly name: string;
  readonly frames: Exclude<TrackSource, string | URL>;
  /** Frames a second of what is taken. */
  readonly fps: number;
  /** Frames to come; undefined if not known. */
  readonly total: number | undefined;
  /** What the decoder complained about so far. */
  warning(): string | undefined;
}

/** Of images, unless it is said. */
export const DEFAULT_FPS = 25;

/**
 * Opens a clip.
 * @param options.fps frames a second of images; a video knows its own.
 * @throws FastSAMError `INVALID_ARGUMENT` for several videos or options that do not fit, and what opening throws.
 */
export async function openFrames(
  source: string,
  options: FrameChoice & { readonly fps?: number },
  signal: AbortSignal,
): Promise<FrameSource> {
  const { sources, problems } = await expandSources([source], signal);
  if (sources.length === 0) throw problems[0];
  const videos = sources.filter(({ video }) => video);
  const [{ input, name }] = sources;
  if (videos.length === 0) {
    return ofImages(
      isDynamicPattern(source) ? name : source,
      sources.map((one) => one.input),
      options,
    );
  }
  if (sources.length > 1) {
    throw new FastSAMError('INVALID_ARGUMENT', `${source}: stands for several videos; track one at a time`);
  }
  const { fps: wrong, ...video } = options;
  if (wrong !== undefined) throw new FastSAMError('INVALID_ARGUMENT', '--fps: is for images; a video knows its own');
  return ofVideo(name, String(input), { ...video, signal });
}

async function ofVideo(name: string, input: string, options: VideoOptions): Promise<FrameSource> {
  const video = await openVideo(input, options);
  return {
    name,
    frames: video,
    fps: video.info.fps / (options.stride ?? 1),
    total: framesToCome(video.info, options),
    warning: () => video.warnings.at(-1),
  };
}

function ofImages(
  name: string,
  images: readonly (string | Uint8Array)[],
  { stride = 1, start, end, maxFrames, fps = DEFAULT_FPS }: FrameChoice & { readonly fps?: number },
): FrameSource {
  if (start !== undefined || end !== undefined) {
    throw new FastSAMError('INVALID_ARGUMENT', '--start, --end: got images, which have no times; use --max-frames');
  }
  const frames = images.filter((_, i) => i % stride === 0).slice(0, maxFrames);
  return { name, frames, fps: fps / stride, total: frames.length, warning: () => undefined };
}
