/** Tracking through a clip: where the frames come from, which tracker, and the stream of results. */
import { FastSAMError } from '../errors.js';
import type { Results } from '../results/results.js';
import { openVideo, type VideoOptions } from '../source/openVideo.js';
import { createTracker, type TrackerName, type TrackerOptions } from '../track/createTracker.js';
import type { FollowOptions } from '../track/followPrompt.js';
import { SparseOpticalFlow } from '../track/motion/sparseOpticalFlow.js';
import type { CameraMotion, Tracker } from '../track/types.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import { checkOneOf } from '../options/checks.js';
import { resolveOptions, type ModelDefaults, type ResolvedOptions, type SegmentOptions } from './options.js';
import { ObjectTracker, type TrackPrompt } from './objectTracker.js';
import type { PipelineContext } from './pipeline.js';
import { streamImages, type StreamInput } from './stream.js';

/** A clip: path, URL or camera (as `openVideo` takes them), or images or frames in their order. */
export type TrackSource = string | URL | Iterable<StreamInput> | AsyncIterable<StreamInput>;

/**
 * A tracker and its parameters. BoT-SORT and TrackTrack measure the camera's motion from the images, unless
 * `cameraMotion` is false (a camera that stands still: faster) or is something else that measures it.
 */
export type TrackerSettings = {
  [N in TrackerName]: { readonly name: N } & Omit<TrackerOptions[N], 'cameraMotion'> &
    (N extends 'bytetrack' ? unknown : { readonly cameraMotion?: CameraMotion | false });
}[TrackerName];

/** Options of `FastSAM.track`. */
export interface TrackOptions extends Omit<SegmentOptions, 'batch' | 'compat'>, Omit<VideoOptions, 'signal'> {
  /** Reproduce Ultralytics' boxes and masks exactly, for comparison studies; CASIA does not track. Default: do not. */
  compat?: 'ultralytics';
  /** Detections must score above this, 0…1. Default 0.1, as Ultralytics': weak ones continue tracks. */
  conf?: number;
  /** A detection is dropped when its IoU with a better one is above this, 0…1. Default 0.7, as Ultralytics'. */
  iou?: number;
  /** Name, name and parameters, or a tracker that goes on from its last clip. Default `botsort`. */
  tracker?: TrackerName | TrackerSettings | Tracker;
  /**
   * Follow only what this chooses in the first frame: boxes and points, or any function of its objects, such as
   * `(first) => first.promptText('a dog')`.
   */
  prompt?: TrackPrompt;
  /** How objects of the prompt are found again that the tracker gave up. */
  follow?: FollowOptions;
}

/** Ultralytics' defaults of `track`. */
const CONF = 0.1;
const IOU = 0.7;
/** Its scores' thresholds suit objects of any kind; TrackTrack's are made for people. */
export const DEFAULT_TRACKER: TrackerName = 'botsort';

const VIDEO_OPTIONS = ['stride', 'start', 'end', 'maxFrames', 'drop', 'timeout'] as const;

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
  const { stride, start, end, maxFrames, ahead, drop, timeout, tracker, prompt, follow, ...rest } = options;
  const { batch, ...segment }: SegmentOptions = rest;
  if (batch !== undefined) {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      'batch: got one, but track takes one frame after the other; leave it out',
    );
  }
  if (segment.compat !== undefined) checkOneOf('compat', segment.compat, ['ultralytics']);
  const video = { stride, start, end, maxFrames, ahead, drop, timeout, signal: options.signal };
  return {
    segment: resolveOptions({ conf: CONF, iou: IOU, ...segment }, defaults),
    video: withoutUndefined(video),
    tracker: new ObjectTracker(trackerOf(tracker ?? DEFAULT_TRACKER), prompt, follow),
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
  const choosing: PipelineContext = { ...context, choose: (candidates) => tracker.next(candidates) };
  for await (const { index, results, error } of streamImages(frames, choosing, video.ahead)) {
    if (error) throw error;
    yield results.frame ? results : results.with({ frame: { index } });
    ready();
  }
}

async function openSource(source: TrackSource, options: VideoOptions): Promise<Exclude<TrackSource, string | URL>> {
  if (typeof source === 'string' || source instanceof URL) return openVideo(source, options);
  const given = VIDEO_OPTIONS.find((name) => options[name] !== undefined);
  if (given !== undefined) {
    throw new FastSAMError('INVALID_ARGUMENT', `${given}: is for paths and URLs; give it to openVideo`);
  }
  if (source instanceof Uint8Array || !(Symbol.iterator in source || Symbol.asyncIterator in source)) {
    throw new FastSAMError('INVALID_ARGUMENT', 'track: expected a path, a URL, or an iterable of images or frames');
  }
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
