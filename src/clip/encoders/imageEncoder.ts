/** CLIP's image encoder: a Vision Transformer (Dosovitskiy et al. 2021) with one more layer norm before its blocks. */
import * as tf from '../../runtime/tfjs.js';
import { patchCount, type ClipConfig } from '../weights/config.js';
import { ClassAndPositions } from '../layers/embeddings.js';
import { Linear } from '../layers/linear.js';
import { PIXEL_MEAN, PIXEL_STD } from '../image/preprocess.js';
import type { LayerSet } from './layerSet.js';
import { applyLayer, layerNorm, transformer } from './transformer.js';

/** What the image encoder takes. */
export interface ImageInputs {
  /** int32 [images·patches, patch·patch·3]: see `toPatches`. */
  patches: tf.Tensor2D;
}

/** Features of images or texts, not normalised: float32 [n, embedDim]. */
export interface Features {
  features: tf.Tensor2D;
}

/** Builds the image encoder. The caller keeps the inputs and disposes the features. */
export function imageEncoder(set: LayerSet, config: ClipConfig): (inputs: ImageInputs) => Features {
  const { visionWidth: width, embedDim, patchSize } = config;
  const patches = patchCount(config);
  const patchValues = 3 * patchSize * patchSize;
  const embed = set.add(new Linear({ name: 'visual.conv1', units: width }), patchValues, () =>
    patchWeights(set.values('visual.conv1.weight'), width, patchSize),
  );
  const positions = set.add(new ClassAndPositions({ name: 'visual.positional_embedding', patches }), width, () => [
    classAndPositions(set, width),
  ]);
  const before = layerNorm(set, 'visual.ln_pre', width);
  const blocks = transformer(set, 'visual.transformer', {
    layers: config.visionLayers,
    width,
    heads: config.visionHeads,
    activation: config.activation,
    length: patches + 1,
  });
  const after = layerNorm(set, 'visual.ln_post', width);
  const project = set.add(new Linear({ name: 'visual.proj', units: embedDim, useBias: false }), width, () => [
    set.matrix('visual.proj'),
  ]);
  return (inputs) =>
    tf.tidy(() => {
      const embedded = applyLayer(embed, tf.cast(inputs.patches, 'float32'));
      const rows = blocks(tf.tidy(() => applyLayer(before, applyLayer(positions, embedded))));
      const bySequence = tf.reshape<tf.Rank.R3>(rows, [-1, patches + 1, width]);
      const classRows = tf.reshape(tf.slice(bySequence, [0, 0, 0], [-1, 1, -1]), [-1, width]);
      return { features: applyLayer(project, applyLayer(after, classRows)) };
    });
}

/** The first row is the class token, which has no patch. */
function classAndPositions(set: LayerSet, width: number): tf.Tensor2D {
  const values = Float32Array.from(set.values('visual.positional_embedding'));
  set.values('visual.class_embedding').forEach((value, i) => {
    values[i] += value;
  });
  return tf.tensor2d(values, [values.length / width, width]);
}

/**
 * Kernel and bias for byte values: (x/255 - mean) / deviation is part of them.
 * @param weight [width, 3, patch, patch], PyTorch's order.
 */
function patchWeights(weight: Float32Array, width: number, patch: number): tf.Tensor[] {
  const area = patch * patch;
  const kernel = new Float32Array(weight.length);
  const bias = new Float32Array(width);
  for (let unit = 0; unit < width; unit++) {
    let sum = 0;
    for (let channel = 0; channel < 3; channel++) {
      const from = (unit * 3 + channel) * area;
      for (let i = 0; i < area; i++) {
        const value = weight[from + i] / PIXEL_STD[channel];
        kernel[(i * 3 + channel) * width + unit] = value / 255;
        sum += value * PIXEL_MEAN[channel];
      }
    }
    bias[unit] = -sum;
  }
  return [tf.tensor2d(kernel, [3 * area, width]), tf.tensor1d(bias)];
}

/**
 * Cuts images into patches: one row a patch, its pixels from left to right and top to bottom, RGB bytes.
 * @param pixels one array of `imageSize * imageSize * 3` bytes an image.
 * @returns int32 [images·patches, patch·patch·3], the patches of an image from left to right and top to bottom.
 */
export function toPatches(pixels: readonly Uint8Array[], config: ClipConfig): tf.Tensor2D {
  const { imageSize, patchSize } = config;
  const grid = imageSize / patchSize;
  const run = 3 * patchSize;
  const values = new Int32Array(pixels.length * imageSize * imageSize * 3);
  let at = 0;
  for (const image of pixels) {
    for (let patch = 0; patch < grid * grid; patch++) {
      const corner = Math.floor(patch / grid) * patchSize * imageSize + (patch % grid) * patchSize;
      for (let y = 0; y < patchSize; y++) {
        const start = 3 * (corner + y * imageSize);
        values.set(image.subarray(start, start + run), at);
        at += run;
      }
    }
  }
  return tf.tensor2d(values, [pixels.length * grid * grid, patchSize * run], 'int32');
}
