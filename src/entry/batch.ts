/** `fastsam-tfjs/batch`: thousands of images as files, resumable; the library part of `fastsam batch`. Node only. */
export type { BatchOptions } from '../batch/batchOptions.js';
export type { BatchItem, FoundImage } from '../batch/names.js';
export type { BatchSummary } from '../batch/overview.js';
export type { BatchRecord, DoneRecord, FailedRecord, OutputStamp, SourceStamp } from '../batch/records.js';
export { verifyBatch, type BatchCheck } from '../batch/verify.js';
export { mergeBatch, writeBatch } from '../batch/writeBatch.js';
export type { Shard } from '../batch/shard.js';
