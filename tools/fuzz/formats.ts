/** Everything that is fuzzed, in groups; each group runs in a process of its own. */
import { checkpointFormats } from './checkpointFormats.js';
import { dataFormats } from './dataFormats.js';
import type { FuzzFormat } from './format.js';
import { imageFormats } from './imageFormats.js';

/** How the formats of a group are made. @param maxPixels as of `--max-pixels`. */
export const GROUPS: Readonly<Record<string, (maxPixels: number) => FuzzFormat[]>> = {
  images: imageFormats,
  checkpoints: checkpointFormats,
  data: dataFormats,
};
