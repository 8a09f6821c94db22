/** What SOURCE of `fastsam track` stands for: a video, a camera, or images that are the frames of a clip. */
import { isDynamicPattern } from 'tinyglobby';
import { invalidArgument } from '../../errors.js';
import type { TrackSource } from '../../model/trackStream.js';
import { readImageClip } from '../../source/imageFrames.js';
import { isLocalPath } from '../../source/inputs.js';
import { openVideo } from '../../source/openVideo.js';
import type { VideoOptions } from '../../source/videoOptions.js';
import { isUrl } from '../../source/url.js';
import { log } from '../run.js';
import { expandSources } from '../sources.js';
import { framesToCome, type FrameChoice } from '../framesToCome.js';

/** The frames of a clip that is about to be read. */
export interface FrameSource {
  /** The name for its files: of the video or folder; of a glob's first image. */
  readonly name: string;
  readonly frames: Exclude<TrackSource, string | URL>;
  /** Frames a second of what is taken. */
  readonly fps: number;
  /** Frames to come; undefined if not known. */
  readonly total: number | undefined;
  /** The last complaint of the decoder so far. */
  warning(): string | undefined;
}

/** Of images, unless it is said. */
export const DEFAULT_FPS = 25;

/**
 * Opens a clip.
 * @param options.fps frames a second, for images only.
 * @throws FastSAMError `INVALID_ARGUMENT` for several videos or options that do not fit, and what opening throws.
 */
export async function openFrames(
  source: string,
  options: FrameChoice & Pick<VideoOptions, 'maxPixels'> & { readonly fps?: number },
  signal: AbortSignal,
): Promise<FrameSource> {
  const { sources, problems, notes } = await expandSources([source], signal);
  for (const note of notes) log(`fastsam: ${note}`);
  if (sources.length === 0) throw problems[0];
  const videos = sources.filter(({ video }) => video);
  const [{ input, name }] = sources;
  if (videos.length > 0 && sources.length > 1) {
    throw invalidArgument(`${source}: got several videos, expected one; track one at a time`);
  }
  if (videos.length === 0 && (sources.length > 1 || !(await isAnimation(input)))) {
    return ofImages(
      isDynamicPattern(source) ? name : source,
      sources.map((one) => one.input),
      options,
    );
  }
  const { fps, ...video } = options;
  if (fps !== undefined) throw invalidArgument('--fps: got a video, which has its own frame rate, expected images');
  return ofVideo(name, String(input), { ...video, signal });
}

/** Whether a single image is a file of several: an animation or a stack. */
async function isAnimation(input: string | Uint8Array): Promise<boolean> {
  if (typeof input !== 'string' || !isLocalPath(input) || isUrl(input)) return false;
  return ((await readImageClip(input))?.frames ?? 1) > 1;
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
    throw invalidArgument('--start, --end: got images, which have no times; use --max-frames');
  }
  const frames = images.filter((_, i) => i % stride === 0).slice(0, maxFrames);
  return { name, frames, fps: fps / stride, total: frames.length, warning: () => undefined };
}
