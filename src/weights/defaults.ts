/** What a checkpoint is segmented with unless told otherwise. */
import { FASTSAM_DEFAULTS, type CatalogueEntry, type ModelDefaults } from './catalogue.js';
import type { Checkpoint } from './checkpointRecord.js';

/**
 * Largest image size that a file may choose: Ultralytics' largest networks are trained at it. Memory grows with its
 * square, so a larger one is the caller's to ask for.
 */
export const MAX_DEFAULT_IMGSZ = 1280;

type Said = Pick<Checkpoint, keyof ModelDefaults>;

/** What the file says, else what the catalogue says, else the defaults of the method; `imgsz` up to 1280. */
export function defaultsOf({ imgsz, conf, iou }: Said, entry: CatalogueEntry | undefined): ModelDefaults {
  const known = entry?.defaults ?? FASTSAM_DEFAULTS;
  return {
    imgsz: Math.min(imgsz ?? known.imgsz, MAX_DEFAULT_IMGSZ),
    conf: conf ?? known.conf,
    iou: iou ?? known.iou,
  };
}

/** Where the defaults are not what the file says: what it says, and how to have it. */
export function defaultsNote({ imgsz }: Said): string | undefined {
  if (imgsz === undefined || imgsz <= MAX_DEFAULT_IMGSZ) return undefined;
  return (
    `imgsz: the checkpoint says ${imgsz}, and ${MAX_DEFAULT_IMGSZ} is used, the most that a file may choose; ` +
    'give imgsz yourself for another size'
  );
}
