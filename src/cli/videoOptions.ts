/** The options of commands that read videos: which of the frames are taken. */
import type { Command } from 'commander';
import type { VideoOptions } from '../source/openVideo.js';
import type { VideoInfo } from '../source/types.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import { numberOption } from './run.js';

const MOST_SECONDS = 1e7;
const MOST_FRAMES = 1e9;

/** What `addVideoOptions` gives. */
export type VideoCommandOptions = Pick<VideoOptions, 'stride' | 'start' | 'end' | 'maxFrames'>;

/** Adds them. */
export function addVideoOptions(command: Command): Command {
  return command
    .option('--stride <n>', 'videos: take every n-th frame [1]', numberOption(1, MOST_FRAMES, true))
    .option('--start <seconds>', 'videos: begin here [0]', numberOption(0, MOST_SECONDS))
    .option('--end <seconds>', 'videos: end before this', numberOption(0, MOST_SECONDS))
    .option('--max-frames <n>', 'videos: take so many frames at most', numberOption(1, MOST_FRAMES, true));
}

/** What `openVideo` takes, out of a command's options. */
export function videoOptions({ stride, start, end, maxFrames }: VideoCommandOptions): VideoOptions {
  return withoutUndefined({ stride, start, end, maxFrames });
}

/** How many frames of a video these options take; undefined if that is not known. */
export function framesToCome(
  { fps, duration, frames = Infinity }: VideoInfo,
  { stride = 1, start = 0, end = Infinity, maxFrames = Infinity }: VideoCommandOptions,
): number | undefined {
  const known =
    duration === undefined
      ? Infinity
      : Math.min(frames, Math.round(Math.max(0, Math.min(end, duration) - start) * fps));
  const total = Math.min(Math.ceil(known / stride), maxFrames);
  return Number.isFinite(total) ? total : undefined;
}
