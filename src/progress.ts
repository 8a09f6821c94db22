/** What a long task tells its caller while it runs. */

/**
 * A step of a task. Within one download `loaded` never falls, `total` never changes (absent: not known), and exactly one
 * `done` ends it, unless the task throws.
 */
export type ProgressEvent =
  /** Bytes of a download that have arrived, those of an earlier, broken attempt included. */
  | { readonly type: 'download'; readonly name: string; readonly loaded: number; readonly total?: number }
  /** A download broke and is taken up again after `delay` milliseconds; `reason` is for people. */
  | { readonly type: 'retry'; readonly name: string; readonly delay: number; readonly reason: string }
  /** A file is compared with its known size and checksum. */
  | { readonly type: 'verify'; readonly name: string }
  /** The bytes are there; `path` says where they lie. */
  | { readonly type: 'done'; readonly name: string; readonly path: string }
  /** The checkpoint is read: the device starts, the network is built and, where it can be, compiled. */
  | { readonly type: 'compile'; readonly name: string };

/** Receives progress; what it throws reaches the caller of the task. */
export type OnProgress = (event: ProgressEvent) => void;

/** A stage of `segment` begins for an image; `index` is the image's place in its call, from 0. */
export interface StageEvent {
  readonly type: 'preprocess' | 'inference' | 'postprocess';
  readonly index: number;
}

/** Receives stages; what it throws reaches the caller of the task. */
export type OnStage = (event: StageEvent) => void;
