/** The two encoders of a model, ready to run. */
import * as tf from '../../runtime/tfjs.js';
import { patchCount } from '../weights/config.js';
import { imageEncoder, type Features, type ImageInputs } from './imageEncoder.js';
import { LayerSet } from './layerSet.js';
import { createRunner, type EncoderRunner, type RunnerOptions } from './runner.js';
import { textEncoder, textInputs, type PackedTexts, type TextInputs } from './textEncoder.js';
import type { ClipWeights } from '../weights/openClip.js';

/**
 * The image encoder of a model.
 * @throws as `createRunner`
 */
export async function createImageRunner(
  { tensors, config }: ClipWeights,
  options: RunnerOptions,
): Promise<EncoderRunner<ImageInputs>> {
  const set = new LayerSet(tensors);
  const encode = built(set, () => imageEncoder(set, config));
  const columns = 3 * config.patchSize ** 2;
  const example = (images: number): ImageInputs => ({
    patches: tf.zeros([images * patchCount(config), columns], 'int32'),
  });
  return createRunner({ encode, set, examples: () => [example(2), example(3)], uint8: ['patches'] }, options);
}

/** The text encoder with its embedding. The embedding runs outside of the graph, which would hold its whole table. */
export interface TextRunner {
  run(texts: PackedTexts): Features;
  dispose(): void;
}

/**
 * The text encoder of a model.
 * @throws as `createRunner`
 */
export async function createTextRunner({ tensors, config }: ClipWeights, options: RunnerOptions): Promise<TextRunner> {
  const table = new LayerSet(tensors);
  const inputsOf = built(table, () => textInputs(table, config));
  const set = new LayerSet(tensors);
  try {
    const encode = built(set, () => textEncoder(set, config));
    const example = (texts: number, rows: number): TextInputs => ({
      x: tf.zeros([rows, config.textWidth]),
      mask: tf.zeros([rows, rows]),
      ends: tf.zeros([texts], 'int32'),
    });
    const runner = await createRunner({ encode, set, examples: () => [example(2, 5), example(3, 11)] }, options);
    return {
      run(texts) {
        const inputs = inputsOf(texts);
        try {
          return runner.run(inputs);
        } finally {
          tf.dispose(Object.values(inputs));
        }
      },
      dispose() {
        runner.dispose();
        table.dispose();
      },
    };
  } catch (error) {
    table.dispose();
    throw error;
  }
}

/** Builds layers. If one fails, those that were built are freed. */
function built<T>(set: LayerSet, build: () => T): T {
  try {
    return build();
  } catch (error) {
    set.dispose();
    throw error;
  }
}
