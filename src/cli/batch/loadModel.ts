/** A model for a batch. */
import { FastSAM } from '../../fastsam.js';
import { platform } from '../../platform/platform.js';
import type { OnProgress } from '../../progress.js';
import type { ModelFacts, ModelSpec } from './protocol.js';

/** Loads a model. */
export function loadModel({ model, device, precision }: ModelSpec, onProgress?: OnProgress): Promise<FastSAM> {
  return FastSAM.load(model, { device, precision, ...(onProgress && { onProgress }) });
}

/** What a batch must know of a model; reads its file once more. */
export async function factsOf({ info }: FastSAM): Promise<ModelFacts> {
  const weights = await platform().sha256(await platform().readFile(info.path));
  const { defaults, deviceNote } = info;
  return { name: info.name, weights, defaults, device: info.device, ...(deviceNote !== undefined && { deviceNote }) };
}
