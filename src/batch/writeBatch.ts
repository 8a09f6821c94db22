/** Any number of images as files, in this process: can be killed at any moment and gone on with. */
import { invalidArgument, throwIfAborted } from '../errors.js';
import { checkFormat, type OutputFormat } from '../formats/format.js';
import { formatNamed } from '../formats/list.js';
import { sameNames } from '../formats/write.js';
import type { SegmentOptions } from '../model/options.js';
import { requireSegmenter, type Segmenter } from '../model/segmenter.js';
import { resolve } from '../options/resolve.js';
import { showValue } from '../options/showValue.js';
import { BATCH_OPTIONS, DETECTION_OPTIONS, type BatchOptions } from './batchOptions.js';
import { beginBatch } from './begin.js';
import { openJournal, requireManifest } from './folder.js';
import { factsOf, formatIdentity, inOrder, manifestOf } from './identity.js';
import { keyOf, type BatchItem, type FoundImage } from './names.js';
import { writeOverview, type BatchSummary } from './overview.js';
import { ImageProcessor, isImagesFault, type BatchTask } from './processor.js';
import { failureOf, type BatchRecord } from './records.js';
import { WHOLE, type Shard } from './shard.js';
import { ImageClock, timedOut } from './timeLimit.js';
import { requireList, requireStream, requireText } from '../options/requireKind.js';

/** Images at a time: one in the network, the next being read, the one before being written. */
const AHEAD = 3;

/**
 * Writes the files of images into a folder, as `fastsam batch` does: the same names, bytes and journals, so that one goes
 * on where the other was ended (the command with `--device` and `--precision` as the model has them). Node only.
 * @param images paths and URLs, which are their names, too; or with names of your own, which have to be unique.
 * @yields what became of each image, in the order of their names. An image that cannot be read does not end the batch.
 * @returns the summary.
 * @throws FastSAMError `INVALID_ARGUMENT`, `UNKNOWN_NAME`, `WRITE_FAILED`, `ABORTED` once the images under way are written.
 *
 * @example
 * for await (const { key, error } of writeBatch(model, paths, { out: 'masks', formats: ['json', mine], resume: true })) …
 */
export async function* writeBatch(
  model: Segmenter,
  images: Iterable<string | FoundImage> | AsyncIterable<string | FoundImage>,
  options: BatchOptions,
): AsyncGenerator<BatchRecord, BatchSummary> {
  requireSegmenter(model);
  requireStream('batch', images);
  const resolved = resolve(BATCH_OPTIONS, options, { ...model.info.defaults });
  const { out, resume, retryFailed, overwrite, shard = WHOLE, signal, clean, largest, imageTimeout } = resolved;
  const formats = resolveFormats(resolved.formats);
  const task: BatchTask = { out, formats, clean, largest, options: segmentOptions(options) };
  const { device, precision } = model.info;
  const identities = formats.map((format) => formatIdentity(format));
  const asked = await manifestOf(task, { device, precision, formats: identities }, await factsOf(model.info));
  const plan = await beginBatch(await found(images), shard, asked, { out, resume, retryFailed, overwrite });
  if (plan.todo.length > 0) yield* run(model, plan.todo, task, shard, { signal, imageTimeout });
  const summary = await writeOverview(out, plan.manifest, { always: false, formats });
  throwIfAborted(signal);
  return summary;
}

/**
 * Writes the files about all images of a batch again, finished or not: `summary.json`, `failures.jsonl`, `coco.json` and
 * what other formats for a run have. Node only.
 * @param formats those of the batch that are not built in.
 * @throws FastSAMError `INVALID_ARGUMENT` for a folder without a batch or without one of its formats, `WRITE_FAILED`.
 */
export async function mergeBatch(out: string, formats: readonly OutputFormat[] = []): Promise<BatchSummary> {
  requireText('out', out);
  requireList('formats', formats);
  return writeOverview(out, await requireManifest(out), { always: true, formats });
}

async function* run(
  model: Segmenter,
  todo: readonly BatchItem[],
  task: BatchTask,
  shard: Shard,
  { signal, imageTimeout }: { readonly signal: AbortSignal | undefined; readonly imageTimeout: number },
): AsyncGenerator<BatchRecord, void> {
  const journal = await openJournal(task.out, `${shard.index}-of-${shard.count}`);
  const processor = await ImageProcessor.create(model, task);
  const underWay: Promise<BatchRecord>[] = [];
  const next = async (): Promise<BatchRecord> => {
    const [first] = underWay.splice(0, 1);
    const record = await first;
    await journal.add(record);
    return record;
  };
  try {
    for (const item of todo) {
      if (signal?.aborted) break;
      const mine = doImage(processor, item, imageTimeout);
      mine.catch(() => undefined); // it is awaited later; until then it is no unhandled rejection
      underWay.push(mine);
      if (underWay.length === AHEAD) yield await next();
    }
    while (underWay.length > 0) yield await next();
  } finally {
    // Where the caller or an image ended the run, what was under way is done and noted.
    for (const each of underWay) await each.then((record) => journal.add(record)).catch(() => undefined);
    await processor.close();
    await journal.close();
  }
}

async function doImage(processor: ImageProcessor, item: BatchItem, limit: number): Promise<BatchRecord> {
  const clock = new ImageClock(limit);
  try {
    return await processor.process(item, clock);
  } catch (error) {
    if (clock.signal.aborted) return timedOut(item, limit);
    if (!isImagesFault(error)) throw error;
    return failureOf(item, error.code, error.message);
  } finally {
    clock.stop();
  }
}

async function found(
  images: Iterable<string | FoundImage> | AsyncIterable<string | FoundImage>,
): Promise<FoundImage[]> {
  const all: FoundImage[] = [];
  for await (const image of images) {
    const named: FoundImage = typeof image === 'string' ? { key: await keyOf(image), input: image } : image;
    checkFound(named);
    all.push(named);
  }
  return all;
}

function checkFound(image: unknown): void {
  const { key, input } = (image ?? {}) as Partial<FoundImage>;
  if (typeof key === 'string' && typeof input === 'string') return;
  throw invalidArgument(`batch: got ${showValue(image)} among the images, expected a path, a URL or { key, input }`);
}

function resolveFormats(asked: readonly (string | OutputFormat)[]): OutputFormat[] {
  if (asked.length === 0) {
    throw invalidArgument("formats: got none, expected one at least; leave the option out for ['json']");
  }
  const formats = asked.map((format) => {
    if (typeof format === 'string') return formatNamed(format);
    checkFormat(format, 'format');
    return format;
  });
  const problem = sameNames(formats);
  if (problem !== undefined) throw invalidArgument(`formats: ${problem}`);
  return inOrder(formats);
}

/** Those of the options that are `segment`'s. */
function segmentOptions(options: BatchOptions): SegmentOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name in DETECTION_OPTIONS && name !== 'signal'));
}
