/** The options of `openVideo`: one row each. */
import { flag, integer, number, signal } from '../options/kinds.js';
import { AHEAD, COUNT, SECONDS } from '../options/limits.js';
import type { Resolved, RowsOf } from '../options/row.js';
import { PICTURE_OPTIONS } from './pictureOptions.js';

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
