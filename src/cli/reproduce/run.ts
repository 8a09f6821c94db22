/** Runs each way in a process of its own and sets the results side by side. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FastSAMError, invalidArgument } from '../../errors.js';
import { rleIou } from '../../mask/rleCounts.js';
import { meanOf } from '../../evaluate/statistics/lists.js';
import { plural } from '../../options/showValue.js';
import { run } from '../../platform/native/run.js';
import { formatTable } from '../../studies/table.js';
import { exampleImages } from '../bench/images.js';
import { print, printJson } from '../output.js';
import { log } from '../run.js';
import { ProgressLine } from '../progress.js';
import type { ImageOutcome, Way, WayOutcome, WayTask } from './protocol.js';

/** What is run on what. */
export interface ReproduceRequest extends Pick<WayTask, 'model' | 'settings'> {
  /** Empty: the package's examples. */
  readonly images: readonly string[];
  readonly data: string | undefined;
  readonly folder: string | undefined;
  readonly limit: number | undefined;
  /** Beginning of the ways' names; undefined: all. */
  readonly ways: string | undefined;
  readonly json: boolean;
}

const wasm = (threads: number) => ({ FASTSAM_WASM_THREADS: String(threads) });
const native = (threads: number) => ({
  OMP_NUM_THREADS: String(threads),
  TF_NUM_INTRAOP_THREADS: String(threads),
  TF_NUM_INTEROP_THREADS: '1',
});
const NATIVE = 'native-cpu';
const WASM = 'wasm, 1 thread';

/** The first that is there is what the others are held against. */
const WAYS: readonly Way[] = [
  { label: NATIVE, load: { device: 'native-cpu' }, batch: 1 },
  { label: 'native-cpu, again', load: { device: 'native-cpu' }, batch: 1, like: NATIVE },
  { label: 'native-cpu, 1 thread', load: { device: 'native-cpu' }, batch: 1, env: native(1), like: NATIVE },
  { label: 'native-cpu, batch 4', load: { device: 'native-cpu' }, batch: 4, like: NATIVE },
  { label: 'native-cpu, layer by layer', load: { device: 'native-cpu', compile: false }, batch: 1, like: NATIVE },
  { label: 'native-cpu, batch norm kept', load: { device: 'native-cpu', keepBatchNorm: true }, batch: 1, like: NATIVE },
  { label: 'native-cpu, bf16', load: { device: 'native-cpu', precision: 'bf16' }, batch: 1, like: NATIVE },
  { label: 'native-cpu, fp16', load: { device: 'native-cpu', precision: 'fp16' }, batch: 1, like: NATIVE },
  { label: WASM, load: { device: 'wasm' }, batch: 1, env: wasm(1) },
  { label: 'wasm, 1 thread, again', load: { device: 'wasm' }, batch: 1, env: wasm(1), like: WASM },
  { label: 'wasm, 2 threads', load: { device: 'wasm' }, batch: 1, env: wasm(2), like: WASM },
  { label: 'wasm, 4 threads', load: { device: 'wasm' }, batch: 1, env: wasm(4), like: WASM },
  { label: 'wasm, 1 thread, batch 4', load: { device: 'wasm' }, batch: 4, env: wasm(1), like: WASM },
  { label: 'wasm, batch norm kept', load: { device: 'wasm', keepBatchNorm: true }, batch: 1, env: wasm(1), like: WASM },
];

/** How one way compares. */
interface Comparison {
  readonly way: string;
  /** Why it could not run; then nothing else is there. */
  readonly refused?: string;
  readonly objects?: number;
  /** The way whose bits it was held against, and whether all of them are the same. */
  readonly like?: string;
  readonly sameBits?: boolean;
  /** Largest difference of a prototype from the first way's, as a share of their largest value. */
  readonly prototypes?: number;
  /** IoU of each of the first way's masks with the best here. */
  readonly meanIou?: number | null;
  readonly leastIou?: number;
  readonly ap?: number;
}

/** Runs all ways and prints the table or JSON. */
export async function reproduce(request: ReproduceRequest): Promise<void> {
  const { data, folder, limit, model, settings } = request;
  if ((data === undefined) !== (folder === undefined)) {
    throw invalidArgument('reproduce: got one of --data and --images, expected both or neither');
  }
  const images = request.images.length > 0 ? request.images : await exampleImages();
  const coco =
    data !== undefined && folder !== undefined
      ? { annotations: data, folder, ...(limit !== undefined && { limit }) }
      : undefined;
  const line = new ProgressLine();
  const found: { way: Way; outcome: WayOutcome }[] = [];
  const ways = WAYS.filter(({ label }) => label.startsWith(request.ways ?? ''));
  if (ways.length === 0) {
    throw invalidArgument(
      `--ways: got "${request.ways}", expected the beginning of one of ${WAYS.map(({ label }) => label).join('; ')}`,
    );
  }
  for (const way of ways) {
    line.update(way.label, found.length, ways.length, 'count');
    found.push({ way, outcome: await runWay(way, { way, model, images, settings, ...(coco && { data: coco }) }) });
  }
  line.clear();
  const first = found.find(({ outcome }) => outcome.refused === undefined)?.outcome;
  const rows = found.map(({ way, outcome }) => compare(way, outcome, first, found));
  if (request.json) printJson({ model, images, settings, ways: rows });
  else printRows(rows, images.length);
}

async function runWay(way: Way, task: WayTask): Promise<WayOutcome> {
  const here = fileURLToPath(import.meta.url);
  const worker = fileURLToPath(new URL(`worker${extname(here)}`, import.meta.url));
  const env = { ...process.env, ...way.env };
  const args = [...process.execArgv, worker, JSON.stringify(task)];
  const { code, stdout, stderr } = await run(process.execPath, args, { env });
  if (code === 0) return JSON.parse(stdout) as WayOutcome;
  throw new FastSAMError('INVALID_ARGUMENT', `${way.label}: ${stderr.trim().split('\n', 1)[0]}`);
}

function compare(
  { label, like }: Way,
  outcome: WayOutcome,
  first: WayOutcome | undefined,
  all: readonly { readonly way: Way; readonly outcome: WayOutcome }[],
): Comparison {
  if (outcome.refused !== undefined) return { way: label, refused: outcome.refused };
  const peer = all.find(({ way }) => way.label === like)?.outcome;
  const same = (other: readonly ImageOutcome[]) => other.every(({ hash }, i) => hash === outcome.images[i].hash);
  const base = first?.refused === undefined ? (first?.images ?? []) : [];
  const ious = base.flatMap(({ masks }, i) =>
    masks.map((mask) => Math.max(0, ...outcome.images[i].masks.map((other) => rleIou(mask, other)))),
  );
  return {
    way: label,
    objects: outcome.images.reduce((sum, { masks }) => sum + masks.length, 0),
    ...(like !== undefined && peer?.refused === undefined && peer && { like, sameBits: same(peer.images) }),
    prototypes: Math.max(0, ...base.map((image, i) => prototypeDistance(image, outcome.images[i]))),
    meanIou: meanOf(ious),
    leastIou: Math.min(1, ...ious),
    ...(outcome.ap !== undefined && { ap: outcome.ap }),
  };
}

function prototypeDistance(a: ImageOutcome, b: ImageOutcome): number {
  const [first, second] = [a, b].map(({ prototypes }) => floatsOf(prototypes));
  let distance = 0;
  let largest = 0;
  first.forEach((value, i) => {
    distance = Math.max(distance, Math.abs(value - second[i]));
    largest = Math.max(largest, Math.abs(value));
  });
  return distance / (largest || 1);
}

function floatsOf(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function printRows(rows: readonly Comparison[], images: number): void {
  const present = rows.filter(({ refused }) => refused === undefined);
  const withAp = present.some(({ ap }) => ap !== undefined);
  const table = formatTable({
    title: `${plural(images, 'image')}, each way in a process of its own`,
    columns: ['same bits as', 'objects', 'prototypes', 'mean IoU', 'least IoU', ...(withAp ? ['mask AP'] : [])],
    rows: present.map(({ way, like, sameBits, objects, prototypes, meanIou, leastIou, ap }) => ({
      name: way,
      values: [
        like === undefined ? '' : sameBits ? like : `not ${like}`,
        String(objects),
        prototypes?.toExponential(1) ?? null,
        meanIou?.toFixed(4) ?? null,
        leastIou?.toFixed(4) ?? null,
        ...(withAp ? [ap?.toFixed(4) ?? null] : []),
      ],
    })),
    note: `Prototypes and IoU are against ${present.at(0)?.way ?? 'none'}: the largest difference, and each of its masks with the best here.`,
  });
  print(...table.split('\n'));
  for (const { way, refused } of rows) if (refused !== undefined) log(`${way}: not here: ${refused}`);
}
