/** The options of `segment` that other commands have, too. */
import { Option, type Command } from 'commander';
import type { SegmentOptions } from '../model/options.js';
import type { Prompt } from '../prompt/types.js';
import { withoutUndefined } from '../options/withoutUndefined.js';
import { numberOption } from './run.js';

/** The model that comes with the package. */
export const DEFAULT_MODEL = 'demo';

/** Adds `--model` and what the detector takes. */
export function addDetectorOptions(command: Command): Command {
  return command
    .option('--model <name>', 'demo, FastSAM-s, FastSAM-x, or a path or URL of a checkpoint', DEFAULT_MODEL)
    .option('--imgsz <pixels>', 'longer side of the network input [1024, demo: 320]', numberOption(1, 8192, true))
    .option('--conf <score>', 'detections must score above this [0.4, demo: 0.25]', numberOption(0, 1))
    .option(
      '--iou <iou>',
      'detections that overlap a better one more than this go [0.9, demo: 0.7]',
      numberOption(0, 1),
    )
    .option('--max-det <n>', 'most objects a picture [300]', numberOption(1, 100_000, true));
}

/** Adds how masks are made and cleaned. */
export function addMaskOptions(command: Command): Command {
  return command
    .option('--clean', 'close small gaps and remove specks of each mask')
    .option('--largest', 'keep only the largest connected part of each mask')
    .option('--no-retina-masks', "compute masks at the network's resolution: faster, coarser")
    .option('--no-snap-full-boxes', 'leave boxes of objects that nearly fill the picture as they are')
    .option('--square', 'letterbox to a square')
    .addOption(
      new Option('--compat <peer>', "reproduce a peer's choices, bugs included").choices(['ultralytics', 'casia']),
    );
}

/** What the library takes, out of a command's options. */
export function segmentOptions(options: Omit<SegmentOptions, 'signal'>): SegmentOptions {
  const { imgsz, conf, iou, maxDet, retinaMasks, snapFullBoxes, square, batch, compat } = options;
  return withoutUndefined({ imgsz, conf, iou, maxDet, retinaMasks, snapFullBoxes, square, batch, compat });
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
