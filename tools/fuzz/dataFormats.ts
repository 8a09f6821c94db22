/** Files of data sets, batches, studies and queues, damaged, for their readers, in memory. */
import { readFileSync } from 'node:fs';
import { parseManifest } from '../../src/batch/identity.js';
import { BatchState, parseRecord } from '../../src/batch/records.js';
import { isSafePath } from '../../src/batch/names.js';
import { isSigned, parseJob } from '../../src/cli/batch/queueJob.js';
import { loadTokenizer } from '../../src/clip/text/tokenizer.js';
import { FastSAMError } from '../../src/errors.js';
import { evaluateCoco } from '../../src/evaluate/coco/evaluator.js';
import { imageFiles, readCocoFile } from '../../src/evaluate/coco/file.js';
import { matrixRows, readMat } from '../../src/evaluate/mat/file.js';
import { readYoloDataset } from '../../src/evaluate/yolo/dataset.js';
import { parseYoloLabels } from '../../src/evaluate/yolo/labels.js';
import { findSplit } from '../../src/evaluate/yolo/splitFiles.js';
import { mapLabels } from '../../src/evaluate/yolo/truth.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { decodeText, parseJson } from '../../src/platform/textFiles.js';
import { parsePrompt } from '../../src/prompt/parse.js';
import type { Prompt } from '../../src/prompt/kinds/list.js';
import { parseWorldFile } from '../../src/studies/buildings/geojson.js';
import { readHumanMaps } from '../../src/studies/edges/groundTruth.js';
import { readDetections } from '../../src/studies/instances/prompts.js';
import { readRun } from '../../src/studies/records.js';
import { readHints } from '../../src/studies/shared/hints.js';
import { makeDataCase } from './dataMutations.js';
import type { FuzzFormat } from './format.js';

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
/** A queue's key, which whoever writes the jobs does not have. */
const KEY = new Uint8Array(32);

const refuse = (what: string): never => {
  throw new FastSAMError('INVALID_ARGUMENT', what);
};

/** What a reader and what comes after it do with the bytes of a file. */
const READERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  yaml: () => readYoloDataset(FILE),
  labels(bytes) {
    const read = parseYoloLabels(decodeText(bytes), 3);
    if (typeof read === 'string') return refuse(read);
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
  list: () => findSplit(['/data'], ['list.txt'], FILE),
  'world file': (bytes) => parseWorldFile(decodeText(bytes), FILE),
  manifest: (bytes) => parseManifest(decodeText(bytes), FILE),
  journal(bytes) {
    const state = new BatchState();
    let lines = 0;
    for (const line of decodeText(bytes).split('\n')) {
      const record = parseRecord(line);
      if (record === undefined) continue;
      if ('stem' in record && !isSafePath(record.stem)) throw new Error(`a stem that leads out: ${record.stem}`);
      state.add(record);
      lines++;
    }
    [state.done(), state.failed()].forEach((records) => JSON.stringify(records));
    return lines > 0 ? lines : refuse('no line');
  },
  'study records': (bytes) => readRun(bytes, FILE) ?? refuse('no header'),
  'queue job'(bytes) {
    const job = parseJob(parseJson(decodeText(bytes), FILE, 'a job')) ?? refuse('no job');
    if (!isSafePath(job.item.stem)) throw new Error(`a stem that leads out: ${job.item.stem}`);
    if (isSigned(job, KEY)) throw new Error('a job that nobody signed');
  },
  prompt: (bytes) => parsePrompt(parseJson(decodeText(bytes), FILE, 'a prompt') as Prompt),
  'text prompt': async (bytes) => (await loadTokenizer()).encode(decodeText(bytes)),
  mat(bytes) {
    const variables = readMat(bytes, FILE);
    for (const value of variables.values())
      if (value.kind === 'numbers' && value.dims.length === 2) matrixRows(value, FILE);
    if (variables.has('groundTruth')) readHumanMaps(bytes, FILE);
  },
};

/** One format for each reader. */
export function dataFormats(): FuzzFormat[] {
  const mats = ['plain', 'packed'].map(
    (name) => new Uint8Array(readFileSync(new URL(`../../test/golden/bsds/mat/${name}.mat`, import.meta.url))),
  );
  return Object.entries(READERS).map(([name, read]) => ({
    name,
    make(random) {
      const { kind, bytes } = makeDataCase(name, mats, random);
      return { kind, read: () => inMemory(bytes, read) };
    },
  }));
}

/** Reads where every path below /data is the file, but for folders, which have the images. */
async function inMemory(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): Promise<void> {
  usePlatform({
    ...nodePlatform,
    readFile: (path) => (path.startsWith('/data') ? Promise.resolve(bytes) : nodePlatform.readFile(path)),
    stat: (path) =>
      Promise.resolve(path.includes('image') ? { kind: 'folder', size: 0 } : { kind: 'file', size: bytes.length }),
    listFiles: (folder) => Promise.resolve(IMAGES.map((name) => `${folder}/${name}`)),
  });
  try {
    await read(bytes);
  } finally {
    usePlatform(nodePlatform);
  }
}
