/** Videos, cameras and streams as async iterables of frames. */
import { invalidArgument } from '../errors.js';
import { requireTextOrUrl } from '../options/requireKind.js';
import { resolve } from '../options/resolve.js';
import type { VideoSource } from './types.js';
import { VIDEO_OPTIONS, type VideoOptions } from './videoOptions.js';

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
