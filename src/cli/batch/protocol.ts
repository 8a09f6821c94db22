/** What a batch and its workers tell each other: plain data over Node's channel between processes. */
import type { ModelFacts } from '../../batch/identity.js';
import type { BatchItem } from '../../batch/names.js';
import type { ImageStage } from '../../batch/processor.js';
import type { DoneRecord, FailedRecord } from '../../batch/records.js';
import type { FastSAMErrorCode } from '../../errors.js';
import type { ProgressEvent } from '../../progress.js';
import type { ModelSpec, SentTask } from './sent.js';

/** To a worker. */
export type ToWorker =
  /** First: load the model, and say what is known of it if that is asked for. */
  | { readonly type: 'load'; readonly spec: ModelSpec; readonly describe: boolean }
  /** Second: what is done with all images. */
  | { readonly type: 'task'; readonly task: SentTask }
  | { readonly type: 'item'; readonly item: BatchItem }
  /** No more images. */
  | { readonly type: 'end' };

/** From a worker. */
export type FromWorker =
  | { readonly type: 'progress'; readonly event: ProgressEvent }
  | { readonly type: 'ready'; readonly facts?: ModelFacts }
  | { readonly type: 'stage'; readonly key: string; readonly stage: ImageStage }
  | { readonly type: 'record'; readonly record: DoneRecord | FailedRecord }
  /** Something that ends the whole batch: no model, no room on the disk. */
  | { readonly type: 'refused'; readonly code: FastSAMErrorCode; readonly message: string }
  /** Something unexpected, after which the worker ends. */
  | { readonly type: 'crashed'; readonly message: string };
