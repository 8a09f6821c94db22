/** Tracking through a clip: where the frames come from, which tracker, and the stream of results. */
import { invalidArgument } from '../errors.js';
import { checkOptions, resolve } from '../options/resolve.js';
import type { Results } from '../results/results.js';
import { openVideo } from '../source/openVideo.js';
import type { VideoOptions } from '../source/videoOptions.js';
import { createTracker } from '../track/createTracker.js';
import { FOLLOW_OPTIONS } from '../track/followPrompt.js';
import { SparseOpticalFlow } from '../track/motion/sparseOpticalFlow.js';
import type { Tracker } from '../track/types.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import type { ModelDefaults } from '../weights/catalogue.js';
import { resolveOptions, type ResolvedOptions } from './options.js';
import { ObjectTracker } from './objectTracker.js';
import type { PipelineContext } from './pipeline.js';
import { isAddress, requireFrames } from './iterate.js';
import { streamImages, type StreamInput } from './stream.js';
import { DEFAULT_TRACKER, TRACK_OPTIONS, type TrackOptions, type TrackerSettings } from './trackOptions.js';

/** A clip: path, URL or camera (as `openVideo` takes them), or images or frames in their order. */
export type TrackSource = string | URL | Iterable<StreamInput> | AsyncIterable<StreamInput>;

/** What only videos have that `track` opens itself. */
const OF_VIDEOS = ['stride', 'start', 'end', 'maxFrames', 'drop', 'timeout'] as const;

/** `TrackOptions`, checked. */
export interface ResolvedTrackOptions {
  readonly segment: ResolvedOptions;
  readonly video: VideoOptions;
  readonly tracker: ObjectTracker;
}

/**
 * Checks the options and fills in the defaults.
 * @throws FastSAMError `INVALID_ARGUMENT`, `UNKNOWN_NAME` for another tracker.
 */
export function resolveTrackOptions(options: TrackOptions, defaults: ModelDefaults): ResolvedTrackOptions {
  const resolved = resolve(TRACK_OPTIONS, options, { imgsz: defaults.imgsz });
  const {
    stride,
    start,
    end,
    maxFrames,
    ahead,
    drop,
    timeout,
    tracker = DEFAULT_TRACKER,
    prompt,
    follow,
    ...segment
  } = options;
  if (follow) checkOptions(FOLLOW_OPTIONS, follow, 'follow.');
  const { maxPixels, signal } = options;
  const video = { stride, start, end, maxFrames, ahead, drop, timeout, maxPixels, signal };
  return {
    segment: resolveOptions({ ...segment, conf: resolved.conf, iou: resolved.iou }, defaults),
    video: withoutUndefined(video),
    tracker: new ObjectTracker(trackerOf(tracker), prompt, follow),
  };
}

/**
 * See `FastSAM.track`.
 * @param ready throws when the model is gone.
 */
export async function* trackImages(
  source: TrackSource,
  { video, tracker }: ResolvedTrackOptions,
  context: PipelineContext,
  ready: () => void,
): AsyncGenerator<Results, void> {
  const frames = await openSource(source, video);
  const selecting: PipelineContext = { ...context, select: (detections) => tracker.next(detections) };
  for await (const { index, results, error } of streamImages(frames, selecting, video.ahead)) {
    if (error) throw error;
    yield results.frame ? results : results.with({ frame: { index } });
    ready();
  }
}

async function openSource(source: TrackSource, options: VideoOptions): Promise<Exclude<TrackSource, string | URL>> {
  if (isAddress(source)) return openVideo(source, options);
  const given = OF_VIDEOS.find((name) => options[name] !== undefined);
  if (given !== undefined) {
    throw invalidArgument(`${given}: is for paths and URLs; give it to openVideo`);
  }
  requireFrames(source);
  return source;
}

function trackerOf(choice: NonNullable<TrackOptions['tracker']>): Tracker {
  if (typeof choice === 'object' && 'update' in choice) return choice;
  const settings: TrackerSettings = typeof choice === 'string' ? { name: choice } : choice;
  if (settings.name === 'bytetrack') {
    const { name, ...parameters } = settings;
    return createTracker(name, parameters);
  }
  const { name, cameraMotion = new SparseOpticalFlow(), ...parameters } = settings;
  return createTracker(name, { ...parameters, ...(cameraMotion !== false && { cameraMotion }) });
}
