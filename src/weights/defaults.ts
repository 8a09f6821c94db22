/** What a checkpoint is segmented with unless told otherwise. */
import { FASTSAM_DEFAULTS, type CatalogueEntry, type ModelDefaults } from './catalogue.js';
import type { Checkpoint } from './checkpointRecord.js';

/** What the file says, else what the catalogue says, else the defaults of the method. */
export function defaultsOf(
  { imgsz, conf, iou }: Pick<Checkpoint, keyof ModelDefaults>,
  entry: CatalogueEntry | undefined,
): ModelDefaults {
  const known = entry?.defaults ?? FASTSAM_DEFAULTS;
  return { imgsz: imgsz ?? known.imgsz, conf: conf ?? known.conf, iou: iou ?? known.iou };
}
