/** A stack of residual attention blocks, of which both encoders of CLIP consist. */
import * as tf from '../../runtime/tfjs.js';
import type { ClipActivation } from '../weights/config.js';
import { Gelu } from '../layers/gelu.js';
import { LayerNorm } from '../layers/layerNorm.js';
import { Linear } from '../layers/linear.js';
import { SelfAttention } from '../layers/selfAttention.js';
import type { LayerSet } from './layerSet.js';

/** Sizes of a stack. */
export interface TransformerShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly activation: ClipActivation;
  /** Rows of a sequence; absent: all rows are one. */
  readonly length?: number;
}

/**
 * Runs rows [rows, width] through the stack; `mask` is added to the scores (see SelfAttention). The caller keeps `x`.
 */
export type Transformer = (x: tf.Tensor2D, mask?: tf.Tensor2D) => tf.Tensor2D;

/** Lays a stack with the weights `<name>.resblocks.0.ln_1.weight` … */
export function transformer(set: LayerSet, name: string, shape: TransformerShape): Transformer {
  const blocks = Array.from({ length: shape.layers }, (_, i) => block(set, `${name}.resblocks.${i}`, shape));
  return (x, mask) => {
    let rows = tf.clone(x);
    for (const run of blocks) {
      const next = tf.tidy(() => run(rows, mask));
      rows.dispose();
      rows = next;
    }
    return rows;
  };
}

/** x + attention(norm(x)), then x + mlp(norm(x)). */
function block(set: LayerSet, name: string, { width, heads, activation, length }: TransformerShape): Transformer {
  const norm1 = layerNorm(set, `${name}.ln_1`, width);
  const attention = set.add(
    new SelfAttention({ name: `${name}.attn`, heads, ...(length !== undefined && { length }) }),
    width,
    () => attentionWeights(set, `${name}.attn`, width, heads),
  );
  const norm2 = layerNorm(set, `${name}.ln_2`, width);
  const widen = linearLayer(set, `${name}.mlp.c_fc`, width, MLP_RATIO * width);
  const bend = new Gelu({ name: `${name}.mlp.gelu`, kind: activation });
  const narrow = linearLayer(set, `${name}.mlp.c_proj`, MLP_RATIO * width, width);
  return (x, mask) => {
    const normed = applyLayer(norm1, x);
    const attended = tf.add(x, applyLayer(attention, mask ? [normed, mask] : normed));
    return tf.add(attended, applyLayer(narrow, applyLayer(bend, applyLayer(widen, applyLayer(norm2, attended)))));
  };
}

/** Width of a block's hidden layer over the width of its rows. */
const MLP_RATIO = 4;

/** The one tensor that a layer gives. */
export function applyLayer(layer: tf.layers.Layer, x: tf.Tensor | tf.Tensor[]): tf.Tensor2D {
  return layer.apply(x) as tf.Tensor2D;
}

/** Layer norm with the weights `<name>.weight` and `<name>.bias`. */
export function layerNorm(set: LayerSet, name: string, width: number): LayerNorm {
  return set.add(new LayerNorm({ name }), width, () => [set.vector(`${name}.weight`), set.vector(`${name}.bias`)]);
}

function linearLayer(set: LayerSet, name: string, width: number, units: number): Linear {
  return set.add(new Linear({ name, units }), width, () => [
    tf.transpose(set.matrix(`${name}.weight`)),
    set.vector(`${name}.bias`),
  ]);
}

/** The queries get the factor 1/√(width of a head), which PyTorch applies to the scores. */
function attentionWeights(set: LayerSet, name: string, width: number, heads: number): tf.Tensor[] {
  const factor = Math.sqrt(heads / width);
  const factors = tf.concat([tf.fill([width], factor), tf.ones([2 * width])]);
  return [
    tf.mul(tf.transpose(set.matrix(`${name}.in_proj_weight`)), factors),
    tf.mul(set.vector(`${name}.in_proj_bias`), factors),
    tf.transpose(set.matrix(`${name}.out_proj.weight`)),
    set.vector(`${name}.out_proj.bias`),
  ];
}
