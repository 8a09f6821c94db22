/** The options of `segment` that other commands have, too. */
import type { Command } from 'commander';
import { SEGMENT_OPTIONS, type SegmentOptions } from '../model/options.js';
import { pick } from '../options/spec.js';
import type { Prompt } from '../prompt/kinds/list.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import { addOptions } from './specOptions.js';

/** The model that comes with the package. */
export const DEFAULT_MODEL = 'demo';

/** Adds `--model` and what the detector takes. */
export function addDetectorOptions(command: Command): Command {
  command.option('--model <name>', 'demo, FastSAM-s, FastSAM-x, or a path or URL of a checkpoint', DEFAULT_MODEL);
  return addOptions(command, SEGMENT_OPTIONS, ['imgsz', 'conf', 'iou', 'maxDet']);
}

/** Adds how masks are made and cleaned. */
export function addMaskOptions(command: Command): Command {
  command
    .option('--clean', 'close small gaps and remove specks of each mask')
    .option('--largest', 'keep only the largest connected part of each mask');
  return addOptions(command, SEGMENT_OPTIONS, ['retinaMasks', 'snapFullBoxes', 'square', 'compat']);
}

/** What the library takes, out of a command's options. */
export function segmentOptions(options: object): SegmentOptions {
  return pick(SEGMENT_OPTIONS, options);
}

/** What `--box`, `--point`, `--pick` and `--box-rule` gave. */
export interface PromptCommandOptions {
  readonly box?: number[][];
  readonly point?: number[][];
  readonly pick?: Prompt['pick'];
  readonly boxRule?: Prompt['boxRule'];
}

/** The boxes and points of a command's options as a prompt; undefined where there are none. */
export function promptOf({ box, point, pick, boxRule }: PromptCommandOptions): Prompt | undefined {
  if (!box && !point) return undefined;
  return withoutUndefined({
    boxes: box,
    points: point?.map(([x, y]) => [x, y]),
    labels: point?.map((values) => values.at(2) ?? 1),
    pick,
    boxRule,
  });
}
