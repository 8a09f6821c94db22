/** docs/user/performance.md and docs/user/performance.svg from the measurements of a run. */
import type { Measured } from '../../src/cli/bench/interleave.js';
import { summarize } from '../../src/cli/bench/statistics.js';
import type { BenchRow, TimedRow } from '../../src/cli/bench/suite.js';
import { markdownTable, memoryTable, timedTable } from '../../src/cli/bench/table.js';
import { TITLE, verdicts, type Verdict } from './budgets.js';
import { PEER } from './peers.js';
import { barChart, type Bar, type Panel } from './svg.js';

/** A run, as out/bench/results.json holds it. */
export interface Run {
  readonly machine: string;
  /** ISO date. */
  readonly date: string;
  readonly command: string;
  /** Of the commit that was measured. */
  readonly commit: string;
  readonly minutes: number;
  /** Processes that wanted to run, averaged over a minute, when the run started. */
  readonly load: number;
  readonly rows: readonly BenchRow[];
  readonly soak?: Soak;
}

/** Memory over many images. */
export interface Soak {
  readonly images: number;
  /** Resident bytes after each tenth of the images. */
  readonly resident: readonly number[];
}

const BEGIN = '<!-- measured: made by tools/bench/run.ts, do not edit from here -->';
const END = '<!-- measured: to here -->';

/** The document with the measured part replaced; what people wrote around it stays. */
export function withReport(document: string, run: Run): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the document lacks the lines "${BEGIN}" and "${END}"`);
  return `${document.slice(0, begin)}${BEGIN}\n${report(run)}\n${document.slice(end)}`;
}

/** The measured part, in Markdown. */
export function report(run: Run): string {
  const timed = run.rows.filter((row) => row.kind !== 'memory');
  return [
    facts(run, timed),
    '## Promises',
    verdictTable(verdicts(run.rows)),
    '![The same figures as bars](performance.svg)',
    '## Network alone',
    ...sections(timed.filter(isNetwork), PEER.ort),
    '## WebAssembly',
    ...timed.filter(isWasm).flatMap((row) => section(row, row.measured.at(-1)?.label)),
    '## An image file to JSON',
    ...sections(
      timed.filter(({ kind }) => kind === 'segment'),
      PEER.ultralytics,
    ),
    '## Memory',
    ...run.rows.flatMap((row) => {
      return row.kind === 'memory' ? [`${heading(row)}\n\n${markdownTable(memoryTable(row))}${notes(row)}`] : [];
    }),
    ...(run.soak ? [soakText(run.soak)] : []),
    '## Process start to first mask',
    ...sections(
      timed.filter(({ kind }) => kind === 'start'),
      PEER.ultralytics,
    ),
  ].join('\n\n');
}

/** The plot: the s scale at 640, WebAssembly, whole images, start. */
export function plot({ rows }: Run): string {
  const timed = rows.filter((row) => row.kind !== 'memory');
  const panels = timed.filter((row) => {
    if (row.kind === 'network') return row.model === 's' && (row.title === TITLE.network640 || isWasm(row));
    return true;
  });
  return barChart(panels.map(panelOf));
}

function panelOf(row: TimedRow): Panel {
  const bars = row.measured.flatMap((each): Bar[] => {
    const summary = summarize(each.wall);
    if (!summary) return [];
    const { median: value, low, high } = summary;
    return [{ label: each.label, value, low, high, ours: each.label.startsWith('fastsam-tfjs') }];
  });
  return { title: `${row.model}: ${row.title}`, unit: 'ms', bars };
}

function isWasm({ title }: TimedRow): boolean {
  return title.startsWith('WebAssembly');
}

function isNetwork(row: TimedRow): boolean {
  return row.kind === 'network' && !isWasm(row);
}

function facts({ machine, date, command, commit, minutes, load }: Run, rows: readonly TimedRow[]): string {
  const versions = [...new Set(rows.flatMap(({ measured }) => measured.map(peerVersion)))].filter((v) => v !== '');
  return [
    `- machine: ${machine}`,
    `- date: ${date.slice(0, 10)}, commit ${commit}`,
    `- command: \`${command}\` (${minutes.toFixed(1)} minutes)`,
    `- processes that wanted to run when it started: ${load.toFixed(1)}`,
    ...(versions.length > 0 ? [`- peers: ${versions.sort().join('; ')}`] : []),
  ].join('\n');
}

function peerVersion({ label, description }: Measured): string {
  return label.startsWith('fastsam-tfjs') ? '' : description;
}

function verdictTable(list: readonly Verdict[]): string {
  const number = (value: number | undefined, unit: Verdict['unit']) => {
    if (value === undefined) return '–';
    return unit === 'ratio' ? value.toFixed(2) : `${value.toFixed(2)} ${unit}`;
  };
  return markdownTable({
    head: ['', 'at most', 'measured', 'in CPU time', ''],
    body: list.map(({ promise, limit, measured, cpu, unit }) => [
      promise,
      number(limit, unit),
      number(measured, unit),
      number(cpu, unit),
      outcome(measured, cpu, limit),
    ]),
  });
}

/** Where wall and CPU time disagree, which they do on a busy machine, it says which of them keeps the promise. */
function outcome(wall: number | undefined, cpu: number | undefined, limit: number): string {
  if (wall === undefined) return 'not measured';
  const kept = wall <= limit;
  if (cpu === undefined || cpu <= limit === kept) return kept ? 'kept' : 'missed';
  return kept ? 'kept in wall time only' : 'kept in CPU time only';
}

function sections(rows: readonly TimedRow[], baseline: string): string[] {
  return rows.flatMap((row) => section(row, baseline));
}

function section(row: TimedRow, baseline: string | undefined): string[] {
  return [`${heading(row)}\n\n${markdownTable(timedTable(row, baseline))}${notes(row)}`];
}

function heading({ model, title }: BenchRow): string {
  return `### ${model}: ${title}`;
}

function notes({ refused }: BenchRow): string {
  return refused.map(({ label, reason }) => `\n\n${label}: not measured, ${reason}.`).join('');
}

function soakText({ images, resident }: Soak): string {
  const megabytes = resident.map((bytes) => (bytes / 1e6).toFixed(0)).join(', ');
  return `Resident memory over ${String(images)} images in a row, after each tenth: ${megabytes} MB.`;
}
