/** What a job of the queue says, and whether it is one: anybody who reaches Redis may have put it there. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import type { BatchItem } from '../../batch/names.js';
import { layout } from '../../batch/layout.js';
import { stemSchema } from '../../batch/records.js';
import { resolve } from '../../options/resolve.js';
import { LOAD_OPTIONS } from '../../model/loadOptions.js';
import { disk, platform } from '../../platform/platform.js';
import type { ModelSpec, SentTask } from './sent.js';

/** What a job holds. Paths are absolute: workers see the same file system. */
export interface QueueJob {
  readonly item: BatchItem;
  readonly task: SentTask;
  readonly spec: ModelSpec;
  /** Workers refuse jobs for which they would write something else. */
  readonly optionsHash: string;
  /** HMAC of all that with the folder's key. */
  readonly signature: string;
  /** How many workers had died over this image, or over others beside it, when it was begun alone. */
  readonly aloneAfter?: number;
}

const text = v.pipe(v.string(), v.nonEmpty());
const JOB = v.object({
  item: v.strictObject({ key: text, input: text, stem: stemSchema }),
  task: v.strictObject({
    ...{ out: text, clean: v.boolean(), largest: v.boolean(), options: v.record(v.string(), v.unknown()) },
    formats: v.pipe(v.array(v.union([text, v.strictObject({ module: text, sha256: text })])), v.minLength(1)),
  }),
  spec: v.strictObject({ model: text, device: text, precision: text }),
  ...{ optionsHash: text, signature: text, aloneAfter: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))) },
});

/** @returns undefined for what is no job. */
export function parseJob(value: unknown): QueueJob | undefined {
  const result = v.safeParse(JOB, value);
  if (!result.success) return undefined;
  try {
    const { device, precision } = result.output.spec;
    resolve(LOAD_OPTIONS, { device, precision } as Parameters<typeof resolve<typeof LOAD_OPTIONS>>[1]);
    return result.output as QueueJob;
  } catch {
    return undefined;
  }
}

const KEY_BYTES = 32;
const keyPath = (out: string) => platform().joinPath(layout.hidden(out), 'queue.key');

/** The key of a folder, made by whoever fills the queue first: who cannot write there cannot make jobs for it. */
export async function makeKey(out: string): Promise<Uint8Array> {
  await disk().writeNew(keyPath(out), new TextEncoder().encode(randomBytes(KEY_BYTES).toString('hex')));
  return platform().readFile(keyPath(out));
}

/** @returns undefined where the folder has none. */
export async function readKey(out: string): Promise<Uint8Array | undefined> {
  return (await platform().stat(keyPath(out))) && platform().readFile(keyPath(out));
}

/** A job that workers take for one of this folder. */
export function signJob(job: Omit<QueueJob, 'signature'>, key: Uint8Array): QueueJob {
  return { ...job, signature: signatureOf(job, key) };
}

/** Whether a job was made by somebody who could read the folder's key. */
export function isSigned(job: QueueJob, key: Uint8Array): boolean {
  const expected = Buffer.from(signatureOf(job, key));
  const given = Buffer.from(job.signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function signatureOf({ item, task, spec, optionsHash }: Omit<QueueJob, 'signature'>, key: Uint8Array): string {
  const { out, clean, largest, options, formats } = task;
  const said = [item.key, item.input, item.stem, out, clean, largest, options, formats, spec.model, spec.device];
  return createHmac('sha256', key)
    .update(JSON.stringify([...said, spec.precision, optionsHash]))
    .digest('hex');
}
