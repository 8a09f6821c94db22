/** `fastsam-tfjs/track`: the trackers by themselves, for detections of any source; `FastSAM.track` needs none of it. */
export { createTracker, TRACKERS, type TrackerName, type TrackerOptions } from '../track/createTracker.js';
export { PromptFollower, type Followed, type FollowOptions } from '../track/followPrompt.js';
export { SparseOpticalFlow, type SparseOpticalFlowOptions } from '../track/motion/sparseOpticalFlow.js';
export type { ByteTrackOptions, TrackTrackOptions } from '../track/options.js';
export { Trails } from '../track/trails.js';
export type { Affine, BoxDetections, CameraMotion, Tracker, TrackRows } from '../track/types.js';
