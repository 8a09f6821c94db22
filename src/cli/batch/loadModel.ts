/** A model for a batch. */
import { FastSAM } from '../../model/fastsam.js';
import { platform } from '../../platform/platform.js';
import type { OnProgress } from '../../progress.js';
import type { ModelFacts, ModelSpec } from './protocol.js';

/** Loads a model and says what a batch must know of it. */
export async function loadModel(
  { model: name, device, precision }: ModelSpec,
  onProgress: OnProgress,
): Promise<{ model: FastSAM; facts: ModelFacts }> {
  const model = await FastSAM.load(name, { device, precision, onProgress });
  const { info } = model;
  const weights = await platform().sha256(await platform().readFile(info.path));
  const { defaults, deviceNote } = info;
  return {
    model,
    facts: { name: info.name, weights, defaults, device: info.device, ...(deviceNote !== undefined && { deviceNote }) },
  };
}
