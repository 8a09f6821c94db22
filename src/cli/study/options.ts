/** The options that every study has, and those of one. */
import type { Command } from 'commander';
import type { Study, StudyOptions, StudySettings } from '../../studies/study.js';
import { CHOICE_OPTIONS, RESAMPLES_ROW, SETTING_ROWS, studyValues } from '../../studies/shared/options.js';
import type { StudyRows } from '../../studies/study.js';
import { LOAD_OPTIONS } from '../../model/loadOptions.js';
import { custom, flag, integer, text } from '../../options/kinds.js';
import { OUTPUT_FOLDER } from '../../options/limits.js';
import { omitRows, pickRows, withDefaultInWords, type Row } from '../../options/row.js';
import { withoutUndefined } from '../../options/withoutUndefined.js';
import { jsonRow, MODEL_ROWS } from '../commonRows.js';
import { addRows, filled, picked, type CommandValues } from '../rows.js';

/** Every option of a run, beside the study's own and its settings. */
export const RUN_ROWS = {
  ...MODEL_ROWS,
  ...pickRows(LOAD_OPTIONS, ['device', 'precision']),
  ...CHOICE_OPTIONS,
  resume: flag({ text: 'go on with a run that was broken off', default: false, cli: {} }),
  overwrite: flag({ text: 'start anew over the records of an earlier run', default: false, cli: {} }),
  cases: integer(0, 100, {
    text: 'best and worst images on the sheet, so many each; 0: no sheet',
    default: 6,
    cli: { value: '<n>' },
  }),
  images: text({ text: 'write every image there as the sheet shows it', cli: { value: '<folder>' } }),
  predictions: text({
    text: 'write what was found there: COCO results, and the maps or masks of the study',
    cli: { value: '<folder>' },
  }),
  resamples: RESAMPLES_ROW,
  sweep: custom<readonly string[]>('a list of texts', Array.isArray, {
    text: 'measure with each of some values: conf=0.1:0.5:0.05 or rule=mask,box; repeat it for every combination',
    cli: { value: '<name=values>', repeat: true, parse: (value) => value, expected: 'NAME=VALUES' },
  }),
  out: text({
    text: 'where records, summary and images go',
    otherwise: `${OUTPUT_FOLDER}/<study>-<model>`,
    cli: { value: '<folder>' },
  }),
  json: jsonRow('print the summary as JSON instead of tables'),
};

/** Those that come first in the help. */
const HEAD = ['model', 'device', 'precision'] as const;

/** Adds the options of all studies to a command, with the settings of this one as defaults. */
export function addRunRows(command: Command, { settings }: Study): void {
  addRows(command, RUN_ROWS, HEAD);
  const preset = Object.entries<Row>(SETTING_ROWS).map(([name, row]) => {
    const value = settings[name as Exclude<keyof StudySettings, 'edit'>];
    return [name, withDefaultInWords(row, String(value ?? "the model's"))] as const;
  });
  addRows(command, Object.fromEntries(preset));
  addRows(command, RUN_ROWS, Object.keys(omitRows(RUN_ROWS, HEAD)) as (keyof typeof RUN_ROWS)[]);
}

/** Values of a study's own options, out of all that commander gathered. */
export function studyOptionsOf({ options }: Study, values: CommandValues): StudyOptions {
  return withoutUndefined(studyValues(options, picked(options, values)));
}

/** Those of them that the figures depend on. */
export function identityOptionsOf({ options }: Study, values: CommandValues): StudyOptions {
  const kept = Object.fromEntries(
    Object.entries(options).filter(([, { inIdentity = true }]) => inIdentity),
  ) as StudyRows;
  return withoutUndefined(studyValues(kept, picked(kept, values)));
}

/** The settings that the user gave. */
export function settingsOf(values: CommandValues): StudySettings {
  return picked(SETTING_ROWS, values);
}

/** The options of a run with their defaults. */
export const runOptionsOf = (values: CommandValues) => filled(RUN_ROWS, values);
