/** The options that every study has, and those of one. */
import { Option, type Command } from 'commander';
import type { Precision } from '../../runtime/compile/precision.js';
import type { DeviceChoice } from '../../runtime/device.js';
import type { Study, StudyOption, StudyOptions, StudySettings } from '../../studies/study.js';
import { deviceOption, precisionOption } from '../options.js';
import { numberOption } from '../run.js';

/** What every study takes. */
export interface CommonOptions extends StudySettings {
  readonly model: string;
  readonly device: DeviceChoice;
  readonly precision: Precision | 'auto';
  readonly limit?: number;
  readonly subset?: number;
  readonly seed: number;
  readonly resume?: true;
  readonly overwrite?: true;
  readonly cases: number;
  readonly images?: string;
  readonly out?: string;
  readonly json?: true;
}

const LARGEST_SEED = 4294967295;
const SETTINGS = ['imgsz', 'conf', 'iou', 'maxDet'] as const satisfies readonly (keyof StudySettings)[];

/** Adds the options of all studies to a command. */
export function addCommonOptions(command: Command, { settings }: Study): void {
  const preset = (name: keyof StudySettings) => ` [${String(settings[name] ?? "the model's")}]`;
  command
    .option('--model <name>', 'demo, FastSAM-s, FastSAM-x, or a path or URL of a checkpoint', 'demo')
    .addOption(deviceOption())
    .addOption(precisionOption())
    .option('--imgsz <pixels>', `longer side of the network input${preset('imgsz')}`, numberOption(32, 8192, true))
    .option('--conf <score>', `detections must score above this${preset('conf')}`, numberOption(0, 1))
    .option('--iou <iou>', `NMS: overlap with a better one above this goes${preset('iou')}`, numberOption(0, 1))
    .option('--max-det <n>', `most objects an image${preset('maxDet')}`, numberOption(1, 100_000, true))
    .option('--subset <n>', 'so many images, drawn at random', numberOption(1, 1e9, true))
    .addOption(new Option('--seed <n>', 'of the draw').default(1).argParser(numberOption(0, LARGEST_SEED, true)))
    .option('--limit <n>', 'only the first so many (of the draw)', numberOption(1, 1e9, true))
    .option('--resume', 'go on with a run that was broken off')
    .option('--overwrite', 'start anew over the records of an earlier run')
    .addOption(
      new Option('--cases <n>', 'best and worst images on the sheet, so many each; 0: no sheet')
        .default(6)
        .argParser(numberOption(0, 100, true)),
    )
    .option('--images <folder>', 'write every image there as the sheet shows it')
    .option('--out <folder>', 'where records, summary and images go [fastsam-out/<study>-<model>]')
    .option('--json', 'print the summary as JSON instead of tables');
}

/** Adds a study's own options. */
export function addStudyOptions(command: Command, { options }: Study): void {
  for (const each of options) command.addOption(ownOption(each));
}

function ownOption({ flags, description, choices, number, default: value }: StudyOption): Option {
  const option = new Option(flags, description);
  if (choices) option.choices(choices);
  if (number) option.argParser(numberOption(number.low, number.high, number.whole));
  return value === undefined ? option : option.default(value);
}

/** Values of a study's own options, out of all that commander gathered. */
export function studyOptionsOf({ options }: Study, values: StudyOptions): StudyOptions {
  return pick(options, values);
}

/** Those of them that the figures depend on. */
export function identityOptionsOf({ options }: Study, values: StudyOptions): StudyOptions {
  return pick(
    options.filter(({ cosmetic }) => !cosmetic),
    values,
  );
}

function pick(options: readonly StudyOption[], values: StudyOptions): StudyOptions {
  const names = options.map(({ flags }) => new Option(flags).attributeName());
  return Object.fromEntries(names.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]));
}

/** The study's settings with the user's in their place. */
export function settingsOf({ settings }: Study, options: CommonOptions): StudySettings {
  const asked = SETTINGS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]] as const);
  return { ...settings, ...(Object.fromEntries(asked) as StudySettings) };
}
