/** Tracking through a clip: where the frames come from, which tracker, and the stream of results. */
import { FastSAMError } from '../errors.js';
import * as v from 'valibot';
import { custom, object, oneOf } from '../options/kinds.js';
import { checkOptions, resolve } from '../options/resolve.js';
import { omitRows, withDefault, type OptionTable, type RowsOf } from '../options/row.js';
import type { Results } from '../results/results.js';
import { openVideo, VIDEO_OPTIONS, type VideoOptions } from '../source/openVideo.js';
import {
  CAMERA_MOTION,
  createTracker,
  TRACKERS,
  type TrackerName,
  type TrackerOptions,
} from '../track/createTracker.js';
import { FOLLOW_OPTIONS, type FollowOptions } from '../track/followPrompt.js';
import { SparseOpticalFlow } from '../track/motion/sparseOpticalFlow.js';
import type { CameraMotion, Tracker } from '../track/types.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import type { ModelDefaults } from '../weights/catalogue.js';
import { resolveOptions, SEGMENT_OPTIONS, type ResolvedOptions, type SegmentOptions } from './options.js';
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

/** Its scores' thresholds suit objects of any kind; TrackTrack's are made for people. */
const DEFAULT_TRACKER: TrackerName = 'botsort';
/** What only videos have that `track` opens itself. */
const OF_VIDEOS = ['stride', 'start', 'end', 'maxFrames', 'drop', 'timeout'] as const;

/** Every option of `track`: Ultralytics' defaults. */
export const TRACK_OPTIONS = {
  ...omitRows(SEGMENT_OPTIONS, ['batch', 'compat', 'conf', 'iou']),
  ...omitRows(VIDEO_OPTIONS, ['signal']),
  conf: withDefault(SEGMENT_OPTIONS.conf, 0.1),
  iou: withDefault(SEGMENT_OPTIONS.iou, 0.7),
  maxDet: { ...SEGMENT_OPTIONS.maxDet, text: 'most detections a frame' },
  compat: oneOf(['ultralytics'], { text: "reproduce the peer's boxes and masks", cli: { value: '<peer>' } }),
  tracker: custom<NonNullable<TrackOptions['tracker']>>(
    'a name, a name with parameters, or a tracker',
    (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
    { text: 'how objects are followed: a name, name and parameters, or a tracker', default: DEFAULT_TRACKER },
  ),
  prompt: custom<TrackPrompt>(
    'a prompt or a function of the first results',
    (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
    { text: 'follow only what this chooses in the first frame' },
  ),
  follow: object<FollowOptions>({ text: 'how objects of the prompt are found again' }),
} satisfies RowsOf<TrackOptions>;

/** Every name and parameter of a tracker of `track`. */
export const TRACKER_SETTINGS = {
  name: oneOf(TRACKERS, {
    text: 'how objects are followed',
    default: DEFAULT_TRACKER,
    cli: { flag: 'tracker', value: '<name>' },
  }),
  cameraMotion: custom<CameraMotion | false>(
    `${CAMERA_MOTION.expected}, or false`,
    (value) => value === false || v.is(CAMERA_MOTION.schema, value),
    {
      text: 'what measures the motion of the camera; false: it stands still',
      otherwise: 'new SparseOpticalFlow()',
    },
  ),
} satisfies OptionTable;

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
  const { stride, start, end, maxFrames, ahead, drop, timeout, tracker, prompt, follow, ...segment } = options;
  const resolved = resolve(TRACK_OPTIONS, options, { imgsz: defaults.imgsz });
  if (follow) checkOptions(FOLLOW_OPTIONS, follow, 'follow.');
  const video = { stride, start, end, maxFrames, ahead, drop, timeout, signal: options.signal };
  return {
    segment: resolveOptions({ ...segment, conf: resolved.conf, iou: resolved.iou }, defaults),
    video: withoutUndefined(video),
    tracker: new ObjectTracker(trackerOf(resolved.tracker), prompt, follow),
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
  if (typeof source === 'string' || source instanceof URL) return openVideo(source, options);
  const given = OF_VIDEOS.find((name) => options[name] !== undefined);
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
