/** Videos, cameras and streams as async iterables of frames. */
import { invalidArgument } from '../errors.js';
import { flag, integer, number, signal } from '../options/kinds.js';
import { AHEAD, COUNT, SECONDS } from '../options/limits.js';
import { requireTextOrUrl } from '../options/requireKind.js';
import { resolve } from '../options/resolve.js';
import type { Resolved, RowsOf } from '../options/row.js';
import { PICTURE_OPTIONS } from './pictureOptions.js';
import type { VideoSource } from './types.js';

/** Options of `openVideo`. */
export interface VideoOptions {
  /** Takes every n-th frame. Default 1: all. */
  stride?: number;
  /** Seconds at which to begin. Default 0. */
  start?: number;
  /** Seconds before which to end. Default: the video's end. */
  end?: number;
  /** Most frames to give. Default: all. */
  maxFrames?: number;
  /** Frames that are decoded ahead of the one that was read last. Default 2. */
  ahead?: number;
  /** Drop frames that were not read in time, instead of falling behind. Default: for cameras and live streams. */
  drop?: boolean;
  /** Longest wait for a frame or an answer of a network source or camera, in seconds. Default 30. */
  timeout?: number;
  /** Largest width * height of a frame that is accepted, before any is decoded. Default 100,000,000. */
  maxPixels?: number;
  /** Ends the reading. */
  signal?: AbortSignal;
}

/** Every option of `openVideo`. */
export const VIDEO_OPTIONS = {
  stride: integer(COUNT.low, COUNT.high, {
    text: 'take every n-th frame',
    default: 1,
    cli: { value: '<n>', text: 'videos: take every n-th frame' },
  }),
  start: number(SECONDS.low, SECONDS.high, {
    text: 'seconds at which to begin',
    default: 0,
    cli: { value: '<seconds>', text: 'videos: begin here' },
  }),
  end: number(SECONDS.low, SECONDS.high, {
    text: 'seconds before which to end',
    otherwise: "the video's end",
    cli: { value: '<seconds>', text: 'videos: end before this' },
  }),
  maxFrames: integer(COUNT.low, COUNT.high, {
    text: 'most frames to take',
    otherwise: 'all',
    cli: { value: '<n>', text: 'videos: take so many frames at most' },
  }),
  ahead: integer(AHEAD.low, AHEAD.high, {
    text: 'frames that are decoded ahead of the one that was asked for last',
    default: AHEAD.default,
  }),
  drop: flag({
    text: 'leave out frames that nobody was ready for',
    otherwise: 'for cameras and live streams',
  }),
  timeout: number(0.001, 86_400, {
    text: 'longest wait for a network source or a camera, in seconds',
    default: 30,
  }),
  maxPixels: PICTURE_OPTIONS.maxPixels,
  signal: signal('ends the reading'),
} satisfies RowsOf<VideoOptions>;

/** `VideoOptions` with every default filled in. */
export type ResolvedVideoOptions = Resolved<typeof VIDEO_OPTIONS>;

/**
 * Opens a video for reading by the system's ffmpeg: frames as 8-bit RGB, upright as their rotation note says, at their
 * stored size (pixels that are not square stay so). Node only.
 *
 * Frames are numbered as they are decoded, also where their rate varies; `time` is the frame's own. After `start` the
 * first number is reckoned from time and rate, which is exact where the rate is constant.
 * @param source path, URL (`http`, `https`, `rtsp`, `rtmp`, `srt`, `udp`), `camera:0`, `camera:NAME` or `/dev/video0`.
 * @throws FastSAMError `PROGRAM_MISSING`, `FILE_UNREADABLE`, `INVALID_VIDEO`, `INVALID_ARGUMENT`, `ABORTED`; the loop
 *   over the frames too.
 *
 * @example
 * const video = await openVideo('street.mp4', { stride: 5 });
 * for await (const { input, results } of model.stream(video)) console.log(input.time, results?.length);
 */
export async function openVideo(source: string | URL, options: VideoOptions = {}): Promise<VideoSource> {
  requireTextOrUrl('video', source);
  const resolved = resolve(VIDEO_OPTIONS, options);
  const { start, end } = resolved;
  if (end !== undefined && end <= start) {
    throw invalidArgument(`end: got ${end}, expected seconds after the start (${start})`);
  }
  return (await import('./videoSource.js')).openSource(source, resolved);
}
