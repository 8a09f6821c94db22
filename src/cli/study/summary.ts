/** The summary of a run: as JSON, and as tables. */
import { join } from 'node:path';
import { plural } from '../../options/showValue.js';
import { platform } from '../../platform/platform.js';
import type { Interval } from '../../studies/bootstrap.js';
import type { RunHeader } from '../../studies/records.js';
import type { Study, StudyTable } from '../../studies/study.js';
import type { StudyResult } from '../../studies/studyRun.js';
import { formatTable } from '../../studies/table.js';

/** What is written to `summary.json` and printed with `--json`. */
export interface Summary extends Pick<StudyResult, 'failed' | 'metrics' | 'tables' | 'intervals'> {
  readonly study: string;
  readonly header: RunHeader;
  /** Images measured. */
  readonly images: number;
}

/** Writes `summary.json` and `summary.md`. */
export async function writeSummary(
  folder: string,
  header: RunHeader,
  study: Study,
  result: StudyResult,
): Promise<Summary> {
  const { records, failed, metrics, tables, intervals } = result;
  const shown = intervals ? [...tables, intervalTable(study, intervals, records.length)] : tables;
  const summary = {
    study: study.name,
    header,
    images: records.length,
    failed,
    metrics,
    tables: shown,
    ...(intervals && { intervals }),
  };
  await writeText(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  await writeText(join(folder, 'summary.md'), `${shown.map(formatTable).join('\n\n')}\n`);
  return summary;
}

/** Each figure with its interval. */
function intervalTable(study: Study, intervals: readonly Interval[], images: number): StudyTable {
  const digits = (value: number | null) => (value === null ? null : value.toFixed(4));
  return {
    title: `95 % intervals, ${plural(images, 'image')}`,
    columns: ['value', 'low', 'high'],
    rows: intervals.map(({ metric, value, low, high }) => ({
      name: study.metrics.find(({ key }) => key === metric)?.label ?? metric,
      values: [digits(value), digits(low), digits(high)],
    })),
    note: 'Bootstrap over images, percentile interval; every figure is recomputed in each resample.',
  };
}

/** Writes a whole file of text or nothing. */
export function writeText(path: string, text: string): Promise<void> {
  return platform().writeFileAtomic(path, new TextEncoder().encode(text));
}
