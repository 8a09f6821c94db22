/** The options of commands that read videos: which of the frames are taken. */
import type { Command } from 'commander';
import type { VideoOptions } from '../source/openVideo.js';
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
  return {
    ...(stride !== undefined && { stride }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(maxFrames !== undefined && { maxFrames }),
  };
}
