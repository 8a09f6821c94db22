/** A model's weights as a file that `load` reads back, with everything that is known of them. */
import { invalidArgument } from '../errors.js';
import { showValue } from '../options/showValue.js';
import { platform } from '../platform/platform.js';
import { safetensorsMetadata } from '../weights/checkpointStrings.js';
import type { StateDict } from '../weights/tensor.js';
import { neededTensors, writeSafetensors, type WriteSafetensorsOptions } from '../weights/writeSafetensors.js';
import type { ModelInfo } from './info.js';
import { settingsMetadata } from './settingsText.js';

const ENDING = '.safetensors';

/**
 * Writes tensors with the defaults, class names and strings of their model.
 * @throws FastSAMError `INVALID_ARGUMENT`, `WRITE_FAILED`.
 */
export async function saveModel(
  tensors: StateDict,
  {
    architecture,
    defaults,
    classNames,
    metadata,
  }: Pick<ModelInfo, 'architecture' | 'defaults' | 'classNames' | 'metadata'>,
  path: string,
  options: WriteSafetensorsOptions,
): Promise<void> {
  if (typeof path !== 'string' || !path.endsWith(ENDING)) {
    throw invalidArgument(`save: got ${showValue(path)}, expected FILE${ENDING}; for other formats call export`);
  }
  const facts = { ...defaults, names: { ...classNames }, metadata: { ...metadata } };
  const strings = {
    ...safetensorsMetadata({ format: 'safetensors', source: 'state_dict', ...facts }),
    ...settingsMetadata(architecture.settings),
  };
  await platform().writeFileAtomic(path, writeSafetensors(neededTensors(tensors), strings, options));
}
