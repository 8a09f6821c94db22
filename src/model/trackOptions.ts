/** The options of `track`. */
import * as v from 'valibot';
import { custom, object, oneOf } from '../options/kinds.js';
import { omitRows, withDefault, type OptionTable, type RowsOf } from '../options/row.js';
import { VIDEO_OPTIONS, type VideoOptions } from '../source/videoOptions.js';
import { CAMERA_MOTION, TRACKERS, type TrackerName, type TrackerOptions } from '../track/createTracker.js';
import type { FollowOptions } from '../track/followPrompt.js';
import type { CameraMotion, Tracker } from '../track/types.js';
import type { TrackPrompt } from './objectTracker.js';
import { SEGMENT_OPTIONS, type SegmentOptions } from './options.js';

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
export const DEFAULT_TRACKER: TrackerName = 'botsort';
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
