/** `fastsam segment`: images and videos in; overlays, masks and JSON out. */
import { Command, Option } from 'commander';
import { formatPath, videoPath } from '../formats/write.js';
import type { LoadOptions } from '../model/loadOptions.js';
import { SEGMENT_OPTIONS, type SegmentOptions } from '../model/options.js';
import type { Results } from '../results/results.js';
import type { DeviceChoice } from '../runtime/device.js';
import { disk } from '../platform/platform.js';
import { DEFAULT_OUT } from './files.js';
import { formatNames, formatsOption, loadFormats } from './formats.js';
import { loadModel } from './loadModel.js';
import { deviceOption, precisionOption } from './options.js';
import { Report } from './report.js';
import { collect, interruptSignal, numbersOption, say } from './run.js';
import {
  addDetectorOptions,
  addMaskOptions,
  DEFAULT_MODEL,
  promptOf,
  segmentOptions,
  type PromptCommandOptions,
} from './segmentOptions.js';
import { addOptions } from './specOptions.js';
import { SourceInputs } from './sourceInputs.js';
import { expandSources } from './sources.js';
import type { Source } from './source.js';
import { addTextOptions, textPrompts, type TextCommandOptions, type TextPrompts } from './textPrompt.js';
import { addVideoOptions, videoOptions, type VideoCommandOptions } from './videoOptions.js';

/** From so many images on, a graph that holds its weights makes up for taking longer to load. */
const MANY_IMAGES = 150;

interface SegmentCommandOptions
  extends Omit<SegmentOptions, 'signal'>, PromptCommandOptions, TextCommandOptions, VideoCommandOptions {
  readonly model: string;
  readonly device: DeviceChoice;
  readonly precision: LoadOptions['precision'];
  readonly clean?: true;
  readonly largest?: true;
  readonly out?: string;
  /** Names of formats, and paths of modules. */
  readonly format?: string[];
  readonly json?: true;
}

/** The command. */
export function segmentCommand(): Command {
  const command = new Command('segment')
    .description('Find every object of images, or the objects that boxes, points and texts ask for.')
    .argument('<source...>', 'images, videos, folders, globs, .txt lists, URLs, camera:0, or - for standard input');
  addDetectorOptions(command)
    .option('--box <x1,y1,x2,y2>', 'the object in a box (may be repeated)', collect(numbersOption([4], 'x1,y1,x2,y2')))
    .option(
      '--point <x,y[,0|1]>',
      'the objects at a point; 0: not those (may be repeated)',
      collect(numbersOption([2, 3], 'x,y or x,y,0')),
    )
    .addOption(
      new Option('--pick <which>', 'of several masks at a point [all]').choices(['all', 'smallest', 'best', 'merge']),
    )
    .addOption(
      new Option('--box-rule <rule>', "IoU of a box with masks or with masks' boxes [mask]").choices(['mask', 'box']),
    );
  addTextOptions(command);
  return addOptions(addVideoOptions(addMaskOptions(command)), SEGMENT_OPTIONS, ['batch'])
    .addOption(deviceOption())
    .addOption(precisionOption())
    .option('--out <folder>', `where files go [${DEFAULT_OUT}; with --json: no files unless asked for]`)
    .option('--format <list>', `what is written: ${formatNames(false)} [png]`, formatsOption(false))
    .option('--json', 'print one line of JSON an image or frame on standard output')
    .addHelpText(
      'after',
      `
Examples:
  $ fastsam segment dogs.jpg                                   every object, drawn into ${DEFAULT_OUT}/dogs.png
  $ fastsam segment dogs.jpg --box 20,60,420,700               the object in a box
  $ fastsam segment dogs.jpg --point 520,360 --point 620,300,0 at one point, but not at the other
  $ fastsam segment dogs.jpg --text "a yellow dog"             the object that a text means (CLIP, 354 MB download)
  $ fastsam segment photos/ --model FastSAM-s --format png,coco,cutout --out masks
  $ fastsam segment photos/ --format png,./labelme.mjs         a format of your own: docs/user/formats.md
  $ fastsam segment clip.mp4 --stride 5 --format png,json      every fifth frame, into ${DEFAULT_OUT}/clip.mp4 and clip.jsonl
  $ fastsam segment camera:0 --max-frames 300                  a camera, until 300 frames or Ctrl-C
  $ fastsam segment dogs.jpg --json | jq '.masks[].area'`,
    )
    .action(segment);
}

async function segment(args: readonly string[], options: SegmentCommandOptions): Promise<void> {
  const signal = interruptSignal();
  const loadTexts = textPrompts(options, promptOf(options), options.compat);
  const { sources, problems } = await expandSources(args, signal);
  if (sources.length === 0) throw problems[0];
  const out = options.out ?? (options.json && !options.format ? undefined : DEFAULT_OUT);
  const report = new Report(sources, {
    out,
    formats: (await loadFormats(options.format ?? ['png'], [formatPath, videoPath])).map(({ format }) => format),
    json: options.json === true,
    frames: videoOptions(options),
  });
  if (out !== undefined) await disk().makeFolder(out);
  const many = isLong(sources);
  const model = await loadModel(options.model, { device: options.device, ...weightsOptions(options, many), signal });
  let texts: TextPrompts | undefined;
  try {
    texts = await loadTexts?.({ ...weightsOptions(options, many), signal });
    for (const problem of problems) report.refuse(problem);
    const feed = new SourceInputs(sources, { ...videoOptions(options), signal }, report);
    for await (const { results, error } of model.stream(feed.inputs(), { ...segmentOptions(options), signal })) {
      // Files of this image are encoded while the next one is in the network.
      await report.add(feed.takeOrigin(), () => {
        if (error) throw error;
        return choose(results, options, texts);
      });
    }
    await report.finish();
  } finally {
    await report.close();
    texts?.dispose();
    model.dispose();
  }
  if (model.info.deviceNote !== undefined && report.done > 0) {
    say(`Ran on ${model.info.device}; ${model.info.deviceNote}`);
  }
  if (options.model === DEFAULT_MODEL && report.done > 0) {
    say(
      'Used the small demo model that is shipped; FastSAM-s does far better: add --model FastSAM-s (24 MB download).',
    );
  }
}

/** Whether a graph that holds its weights makes up for taking longer to load. */
function isLong(sources: readonly Source[]): boolean {
  return sources.length >= MANY_IMAGES || sources.some(({ video }) => video);
}

function weightsOptions(
  { precision }: SegmentCommandOptions,
  many: boolean,
): Pick<LoadOptions, 'precision' | 'graphWeights'> {
  return { precision, graphWeights: many ? 'constant' : 'fed' };
}

async function choose(
  everything: Results,
  options: SegmentCommandOptions,
  texts: TextPrompts | undefined,
): Promise<Results> {
  const { clean = false, largest = false } = options;
  const prompt = promptOf(options);
  const chosen = texts ? await texts.choose(everything, prompt) : prompt ? everything.prompt(prompt) : everything;
  return clean || largest ? chosen.refine({ clean, largest }) : chosen;
}
