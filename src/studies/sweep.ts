/** Sweeps: a study with every combination of some settings and options, in one pass over the images. */
import { invalidArgument } from '../errors.js';
import type { Segmenter } from '../model/segmenter.js';
import { checkValue } from '../options/resolve.js';
import { SEGMENT_OPTIONS } from '../model/options.js';
import { pickRows, type OptionTable } from '../options/row.js';
import { imageIds, measureItems } from './measure.js';
import { note, resultOf, type StudyEvents, type StudyResult, type StudyRun } from './studyRun.js';
import type { Study, StudyOptions, StudyRecord, StudySettings, StudyTable } from './study.js';

/** The values of each name: settings (`conf`, `iou`, `maxDet`, `imgsz` …) or options of the study. */
export type Sweep = Readonly<Record<string, readonly unknown[]>>;

/** One combination. */
export interface SweepPoint {
  /** `conf=0.1,iou=0.7`: for tables and folders. */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly settings: StudySettings;
  readonly options: StudyOptions;
}

/** What a study found at one point. */
export interface SweepPointResult extends StudyResult {
  readonly point: SweepPoint;
}

/** What a sweep found. */
export interface SweepResult {
  /** In the order of the values; the last name varies fastest. */
  readonly points: readonly SweepPointResult[];
  /** All figures of each point. */
  readonly table: StudyTable;
  /** The same as CSV: a column for each swept name, images, failed, and each figure. */
  readonly csv: string;
}

/** A sweep of more combinations is a slip of the hand. */
const MOST_POINTS = 10_000;

/** The settings that can be swept. */
export const SWEPT_SETTINGS = pickRows(SEGMENT_OPTIONS, [
  'imgsz',
  'conf',
  'iou',
  'maxDet',
  'snapFullBoxes',
  'retinaMasks',
]) satisfies OptionTable;

/**
 * All combinations of a sweep.
 * @throws FastSAMError `INVALID_ARGUMENT` for a name that is no setting and no option of the study, a value that it does not
 *   take, no value, one value twice, or more than 10,000 combinations.
 */
export function sweepPoints(study: Study, sweep: Sweep): SweepPoint[] {
  const rows: OptionTable = { ...SWEPT_SETTINGS, ...study.options };
  const names = Object.keys(sweep);
  if (names.length === 0) throw invalidArgument('sweep: got no name, expected some, as { conf: [0.1, 0.2] }');
  let points: Record<string, unknown>[] = [{}];
  for (const name of names) {
    if (!Object.hasOwn(rows, name)) {
      throw invalidArgument(`sweep: got "${name}", expected one of ${Object.keys(rows).join(', ')}`);
    }
    const values: unknown = sweep[name];
    if (!Array.isArray(values) || values.length === 0) {
      throw invalidArgument(
        `sweep: ${name}: got ${Array.isArray(values) ? 'no value' : 'no list'}, expected a list of values`,
      );
    }
    for (const value of values as unknown[]) checkValue(name, rows[name], value);
    if (new Set(values.map((value) => JSON.stringify(value))).size < values.length) {
      throw invalidArgument(`sweep: ${name}: got a value twice, expected each once`);
    }
    points = points.flatMap((point) => values.map((value: unknown) => ({ ...point, [name]: value })));
    if (points.length > MOST_POINTS) {
      throw invalidArgument(
        `sweep: got ${points.length} combinations or more, expected at most ${MOST_POINTS}; take fewer values`,
      );
    }
  }
  return points.map((values) => {
    const part = (keep: (name: string) => boolean) =>
      Object.fromEntries(Object.entries(values).filter(([name]) => keep(name)));
    return {
      name: Object.entries(values)
        .map(([name, value]) => `${name}=${showPart(value)}`)
        .join(','),
      values,
      // An option of the study comes first, as on the command line.
      settings: part((name) => !Object.hasOwn(study.options, name)),
      options: part((name) => Object.hasOwn(study.options, name)),
    };
  });
}

const showPart = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).replace(/[^\w.+-]+/g, 'x');

/** What becomes of the images at one point while a sweep runs. */
export type PointEvents = Omit<StudyEvents, 'onProgress'>;

/**
 * Measures every image at all points before the next: the network runs once for each image and size.
 * @param run the study opened for the options of these points.
 * @param points that differ in settings alone.
 * @throws FastSAMError `ABORTED`, and errors that no single image is to blame for.
 */
export async function measurePoints(
  run: StudyRun,
  model: Segmenter,
  points: readonly SweepPoint[],
  eventsOf: (point: SweepPoint) => PointEvents,
  onProgress?: (done: number, total: number) => void,
): Promise<SweepPointResult[]> {
  const { opened, items, settings, signal } = run;
  const cached = await model.withCache?.();
  const ids = imageIds(opened.items);
  const states = points.map((point) => {
    const events = eventsOf(point);
    return { point, events, records: new Map<string, StudyRecord>(events.done), failures: { count: 0 } };
  });
  const total = items.length * points.length;
  let done = 0;
  try {
    for (const item of items) {
      for (const state of states) {
        const { point, events } = state;
        const found = await measureItems(opened, [item], {
          model: cached ?? model,
          settings: { ...settings, ...point.settings },
          ...{ ids, done: state.records },
          ...(signal && { signal }),
          keep: async (record) => {
            await events.onRecord?.(record);
          },
          onFailure: (item, error) => {
            note(state.failures, error);
            events.onFailure?.(item, error);
          },
          ...(events.show && { show: events.show }),
          ...(events.onPrediction && { onPrediction: events.onPrediction }),
        });
        for (const record of found) state.records.set(record.key, record);
        onProgress?.(++done, total);
      }
    }
  } finally {
    cached?.dispose();
  }
  const results: SweepPointResult[] = [];
  for (const { point, records, failures } of states) {
    const list = items.flatMap(({ key }) => records.get(key) ?? []);
    results.push({ point, ...(await resultOf(run, model, list, failures)) });
  }
  return results;
}

/** The table of a sweep, as a table of the summary and as CSV. */
export function tabulate(study: Study, points: readonly SweepPointResult[]): Pick<SweepResult, 'table' | 'csv'> {
  const swept = Object.keys(points.at(0)?.point.values ?? {});
  const known = study.metrics.filter(({ key }) => points.some(({ metrics }) => key in metrics));
  const others = new Set(points.flatMap(({ metrics }) => Object.keys(metrics)));
  for (const { key } of known) others.delete(key);
  const columns = [...known, ...[...others].map((key) => ({ key, label: key }))];
  const table: StudyTable = {
    title: `${study.name} over ${swept.join(', ')}`,
    columns: columns.map(({ label }) => label),
    rows: points.map(({ point, metrics }) => ({
      name: point.name,
      values: columns.map(({ key }) => metrics[key] ?? null),
    })),
  };
  const cells: unknown[][] = [
    [...swept, 'images', 'failed', ...columns.map(({ key }) => key)],
    ...points.map(({ point, records, failed, metrics }) => [
      ...swept.map((name) => point.values[name]),
      records.length,
      failed,
      ...columns.map(({ key }) => metrics[key]),
    ]),
  ];
  return { table, csv: cells.map((row) => `${row.map(csvCell).join(',')}\n`).join('') };
}

/** RFC 4180; nothing for a figure that is not defined. */
function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
