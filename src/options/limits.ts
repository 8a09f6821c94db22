/** Limits and defaults that several functions share. */

/** Pixels of a side of the network's input. */
export const IMGSZ = { low: 1, high: 8192 } as const;
/** Most detections an image. */
export const MAX_DET = { low: 1, high: 100_000, default: 300 } as const;
/** Images that go through the network together. */
export const BATCH = { low: 1, high: 1024 } as const;
/** Images that are read ahead. */
export const AHEAD = { low: 0, high: 1024, default: 2 } as const;
/** Counts that nothing but memory bounds: images, frames. */
export const COUNT = { low: 1, high: 1e9 } as const;
/** Seconds of a clip. */
export const SECONDS = { low: 0, high: 1e7 } as const;
/** Both peers' text encoders. */
export const TEXT_MODEL = 'ViT-B/32';
/** Seconds that a device may take to start. */
export const START_TIMEOUT = 30;
/** Number format of a network that nobody chose another for. */
export const PRECISION = 'fp32';
/** Where the command line writes to. */
export const OUTPUT_FOLDER = 'fastsam-out';
