/** Feeds damaged data files to their readers, in memory, and takes down what happens. */
import { FastSAMError } from '../../src/errors.js';
import { evaluateCoco } from '../../src/evaluate/coco/evaluator.js';
import { imageFiles, readCocoFile } from '../../src/evaluate/coco/file.js';
import { matrixRows, readMat } from '../../src/evaluate/mat/file.js';
import { readYoloDataset } from '../../src/evaluate/yolo/dataset.js';
import { parseYoloLabels } from '../../src/evaluate/yolo/labels.js';
import { mapLabels } from '../../src/evaluate/yolo/truth.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { decodeText } from '../../src/platform/textFiles.js';
import { readHumanMaps } from '../../src/studies/edges/groundTruth.js';
import { readDetections } from '../../src/studies/instances/prompts.js';
import { readHints } from '../../src/studies/shared/hints.js';
import { makeDataCase } from './dataMutations.js';
import { Random } from './random.js';
import { CONTROL, watchPrints } from './watch.js';

const FILE = '/data/file';
const IMAGES = ['a.jpg', 'val2017/b.jpg'];
/** The input of the network for label files, and an image in it. */
const GEOMETRY = {
  imageWidth: 60,
  imageHeight: 40,
  netWidth: 64,
  netHeight: 64,
  width: 60,
  height: 40,
  left: 2,
  right: 2,
  top: 12,
  bottom: 12,
};
/** A case that takes longer is a failure; sound files take less than a tenth. */
const MOST_MS = 4000;

/** What a reader and what comes after it do with the bytes of a file. */
const READERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  yaml: () => readYoloDataset(FILE),
  labels(bytes) {
    const read = parseYoloLabels(decodeText(bytes), 3);
    if (typeof read === 'string') throw new FastSAMError('INVALID_ARGUMENT', read);
    return mapLabels(read.objects, GEOMETRY, true);
  },
  async coco() {
    const { data } = await readCocoFile(FILE);
    imageFiles(data.images, { path: FILE, folder: '/data', present: IMAGES });
    const found = data.annotations.map((each) => ({ ...each, score: 0.5 }));
    for (const kind of ['boxes', 'masks'] as const) evaluateCoco(data, found, { kind }).summary();
  },
  detections: () => readDetections(FILE),
  hints: () => readHints(FILE, new Set(['a', 'val2017/b'])),
  mat(bytes) {
    const variables = readMat(bytes, FILE);
    for (const value of variables.values())
      if (value.kind === 'numbers' && value.dims.length === 2) matrixRows(value, FILE);
    if (variables.has('groundTruth')) readHumanMaps(bytes, FILE);
  },
};
export const DATA_FORMATS = Object.keys(READERS);

/** What a run found. */
export interface DataFuzzReport {
  cases: number;
  /** By format. */
  readonly outcomes: Map<string, { read: number; refused: number }>;
  /** What is neither, or is printed, takes long, or has control characters in its message. */
  readonly failures: string[];
  slowest: { milliseconds: number; seed: number; format: string };
}

/**
 * Runs cases `firstSeed`, `firstSeed + 1`, …: each seed decides on the format and the bytes of its case.
 * @param mats sound MAT-files.
 */
export async function fuzzData(
  mats: readonly Uint8Array[],
  options: { readonly firstSeed: number; readonly count: number; readonly formats?: readonly string[] },
): Promise<DataFuzzReport> {
  const report: DataFuzzReport = {
    cases: 0,
    outcomes: new Map(),
    failures: [],
    slowest: { milliseconds: 0, seed: 0, format: '' },
  };
  const formats = options.formats ?? DATA_FORMATS;
  const prints = watchPrints();
  try {
    for (let seed = options.firstSeed; seed < options.firstSeed + options.count; seed++, report.cases++) {
      const random = new Random(seed);
      const format = random.pick(formats);
      const bytes = makeDataCase(format, mats, random);
      usePlatform(inMemory(bytes));
      const start = performance.now();
      const fault = await faultOf(READERS[format], bytes);
      const milliseconds = performance.now() - start;
      const outcome = report.outcomes.get(format) ?? { read: 0, refused: 0 };
      report.outcomes.set(format, outcome);
      if (fault === 'read' || fault === 'refused') outcome[fault]++;
      else report.failures.push(`seed ${seed} (${format}): ${fault}`);
      if (milliseconds > MOST_MS) report.failures.push(`seed ${seed} (${format}): ${Math.round(milliseconds)} ms`);
      if (prints.take() !== '') report.failures.push(`seed ${seed} (${format}): something was printed`);
      if (milliseconds > report.slowest.milliseconds) report.slowest = { milliseconds, seed, format };
    }
  } finally {
    prints.end();
    usePlatform(nodePlatform);
  }
  return report;
}

/** Every path is the file, but for folders, which have the images. */
function inMemory(bytes: Uint8Array): typeof nodePlatform {
  return {
    ...nodePlatform,
    readFile: () => Promise.resolve(bytes),
    stat: (path) =>
      Promise.resolve(path.includes('image') ? { kind: 'folder', size: 0 } : { kind: 'file', size: bytes.length }),
    listFiles: (folder) => Promise.resolve(IMAGES.map((name) => `${folder}/${name}`)),
  };
}

async function faultOf(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Promise<string> {
  try {
    await read(bytes);
    return 'read';
  } catch (error) {
    if (!(error instanceof FastSAMError)) return String(error instanceof Error ? error.stack : error);
    for (let cause = error.cause; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
      if (cause instanceof TypeError || cause instanceof RangeError)
        return `${error.message}, caused by ${cause.stack ?? ''}`;
    }
    if (CONTROL.test(error.message)) return `control character in ${JSON.stringify(error.message)}`;
    return error.message.length > 2000 ? `a message of ${error.message.length} characters` : 'refused';
  }
}
