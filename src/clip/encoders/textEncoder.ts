/**
 * CLIP's text encoder. Tokens attend only to those before them, so whatever follows a text's end is left out. Several
 * texts are packed into one sequence of rows, in which no text attends to another. So a short text costs a tenth of the
 * 77 positions.
 */
import * as tf from '../../runtime/tfjs.js';
import type { ClipConfig } from '../weights/config.js';
import type { Features } from './imageEncoder.js';
import { TokenEmbedding } from '../layers/embeddings.js';
import { Linear } from '../layers/linear.js';
import type { LayerSet } from './layerSet.js';
import { applyLayer, layerNorm, transformer } from './transformer.js';

/** Texts without what follows their ends, one after another. */
export interface PackedTexts {
  /** [rows] tokens, and their positions in their texts. */
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  /** [texts] row of each text's end. */
  readonly ends: Int32Array;
}

/** What the text encoder takes. */
export interface TextInputs {
  /** float32 [rows, width]. */
  x: tf.Tensor2D;
  /** float32 [rows, rows]: 0 where a row attends to a column, else HIDDEN. */
  mask: tf.Tensor2D;
  /** int32 [texts]: rows whose features are wanted. */
  ends: tf.Tensor1D;
}

/** A score that becomes 0 in the softmax. It is finite in half precision, too. */
const HIDDEN = -30_000;

/** The first of the highest tokens ends a text, as in OpenAI's code. */
export function endOf(tokens: Int32Array): number {
  let end = 0;
  for (let i = 1; i < tokens.length; i++) if (tokens[i] > tokens[end]) end = i;
  return end;
}

/** Packs texts up to their ends. */
export function packTexts(texts: readonly Int32Array[]): PackedTexts {
  const lengths = texts.map((text) => endOf(text) + 1);
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  const packed = { tokens: new Int32Array(rows), positions: new Int32Array(rows), ends: new Int32Array(texts.length) };
  let start = 0;
  texts.forEach((text, i) => {
    packed.tokens.set(text.subarray(0, lengths[i]), start);
    for (let k = 0; k < lengths[i]; k++) packed.positions[start + k] = k;
    start += lengths[i];
    packed.ends[i] = start - 1;
  });
  return packed;
}

/** Builds the embedding of tokens. The caller disposes the result's tensors. */
export function textInputs(set: LayerSet, config: ClipConfig): (texts: PackedTexts) => TextInputs {
  const { vocabSize, contextLength, textWidth: width } = config;
  const embed = set.add(new TokenEmbedding({ name: 'token_embedding', vocabSize, contextLength, width }), width, () => [
    set.matrix('token_embedding.weight'),
    set.matrix('positional_embedding'),
  ]);
  return ({ tokens, positions, ends }) =>
    tf.tidy(() => ({
      x: applyLayer(embed, [tf.tensor1d(tokens, 'int32'), tf.tensor1d(positions, 'int32')]),
      mask: causalMask(positions),
      ends: tf.tensor1d(ends, 'int32'),
    }));
}

/** A row attends to itself and to the rows before it in its own text; its position is their number. */
function causalMask(positions: Int32Array): tf.Tensor2D {
  const rows = positions.length;
  const mask = new Float32Array(rows * rows).fill(HIDDEN);
  for (let row = 0; row < rows; row++) mask.fill(0, row * rows + row - positions[row], row * rows + row + 1);
  return tf.tensor2d(mask, [rows, rows]);
}

/** Builds the text encoder behind the embedding. The caller keeps the inputs and disposes the features. */
export function textEncoder(set: LayerSet, config: ClipConfig): (inputs: TextInputs) => Features {
  const { textWidth: width, embedDim } = config;
  const blocks = transformer(set, 'transformer', {
    layers: config.textLayers,
    width,
    heads: config.textHeads,
    activation: config.activation,
  });
  const after = layerNorm(set, 'ln_final', width);
  const project = set.add(new Linear({ name: 'text_projection', units: embedDim, useBias: false }), width, () => [
    set.matrix('text_projection'),
  ]);
  return ({ x, mask, ends }) =>
    tf.tidy(() => {
      const rows = tf.gather(blocks(x, mask), ends);
      return { features: applyLayer(project, applyLayer(after, rows)) };
    });
}
