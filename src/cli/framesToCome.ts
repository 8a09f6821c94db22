/** How many frames of a video a command will see. */
import type { VideoInfo } from '../source/types.js';
import type { VideoOptions } from '../source/videoOptions.js';

/** Which of the frames are taken. */
export type FrameChoice = Pick<VideoOptions, 'stride' | 'start' | 'end' | 'maxFrames'>;

/** How many frames of a video these options take; undefined if that is not known. */
export function framesToCome(
  { fps, duration, frames = Infinity }: VideoInfo,
  { stride = 1, start = 0, end = Infinity, maxFrames = Infinity }: FrameChoice,
): number | undefined {
  const known =
    duration === undefined
      ? Infinity
      : Math.min(frames, Math.round(Math.max(0, Math.min(end, duration) - start) * fps));
  const total = Math.min(Math.ceil(known / stride), maxFrames);
  return Number.isFinite(total) ? total : undefined;
}
