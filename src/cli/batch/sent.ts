/** A model and a task that are sent to other processes as plain data. */
import type { BatchTask } from '../../batch/processor.js';
import type { FastSAM } from '../../fastsam.js';
import type { OnProgress } from '../../progress.js';
import type { Precision } from '../../runtime/choices.js';
import type { DeviceChoice } from '../../runtime/choices.js';
import { loadRef, type FormatRef } from '../formats.js';

/** The model that a worker loads. */
export interface ModelSpec {
  readonly model: string;
  readonly device: DeviceChoice;
  readonly precision: Precision | 'auto';
}

/** What is done with each image. */
export interface SentTask extends Omit<BatchTask, 'formats'> {
  readonly formats: readonly FormatRef[];
}

/** Loads a model. */
export async function loadSpecified(
  { model, device, precision }: ModelSpec,
  onProgress?: OnProgress,
): Promise<FastSAM> {
  const { FastSAM } = await import('../../fastsam.js');
  return FastSAM.load(model, { device, precision, ...(onProgress && { onProgress }) });
}

/** The task with its formats. @throws FastSAMError `INVALID_ARGUMENT` for a module that has changed since. */
export async function receiveTask(task: SentTask): Promise<BatchTask> {
  return { ...task, formats: await Promise.all(task.formats.map(loadRef)) };
}
