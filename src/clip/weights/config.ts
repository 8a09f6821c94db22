/** The configuration of a CLIP model: sizes read off its tensors, and the activation, which no tensor holds. */
import { FastSAMError, invalidArgument } from '../../errors.js';
import { usableWeights } from '../../weights/finite.js';
import type { StateDict } from '../../weights/tensor.js';
import { plural } from '../../options/showValue.js';

/** `quick_gelu` is x·σ(1.702x), `gelu` is x·Φ(x) with the error function. */
export const ACTIVATIONS = ['quick_gelu', 'gelu'] as const;
export type ClipActivation = (typeof ACTIVATIONS)[number];

/** Sizes of a CLIP model with two transformers (Radford et al. 2021, table 20). */
export interface ClipConfig {
  /** `ViT-B/32` and the like where the sizes are those of a published model, else `ViT-custom`. */
  readonly name: string;
  /** Side of the square image in pixels. */
  readonly imageSize: number;
  /** Length of a feature vector, of images and texts alike. */
  readonly embedDim: number;
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  readonly visionWidth: number;
  readonly visionLayers: number;
  readonly visionHeads: number;
  readonly textWidth: number;
  readonly textLayers: number;
  readonly textHeads: number;
  /** Tokens of a text, start and end included; 77 in all published models. */
  readonly contextLength: number;
  /** 49408 in all published models. The highest token ends a text. */
  readonly vocabSize: number;
  readonly activation: ClipActivation;
}

/** What tensors do not hold, for models that differ from the published ones. */
export interface ClipOverrides {
  readonly activation?: ClipActivation | undefined;
  readonly visionHeads?: number | undefined;
  readonly textHeads?: number | undefined;
}

/** Channels of an attention head: 64, but for the widest image encoders of OpenCLIP (ViT-H, g and bigG). */
const HEAD_WIDTH = 64;
const WIDE_HEADS: ReadonlyMap<number, number> = new Map([
  [1280, 80],
  [1408, 88],
  [1664, 104],
]);

/** Published models by width of the image encoder, patch and image. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['768/32/224', 'ViT-B/32'],
  ['768/16/224', 'ViT-B/16'],
  ['1024/14/224', 'ViT-L/14'],
  ['1024/14/336', 'ViT-L/14@336px'],
]);

/**
 * Reads the sizes off tensors with OpenAI's names.
 * @throws FastSAMError `CHECKPOINT_MISMATCH` when a tensor that holds one is missing or has another rank;
 *   `INVALID_ARGUMENT` for a number of heads that does not divide the width.
 */
export function clipConfigOf(
  tensors: StateDict,
  { activation, visionHeads, textHeads }: ClipOverrides & { readonly activation: ClipActivation },
): ClipConfig {
  const [visionWidth, , patchSize] = shapeOf(tensors, 'visual.conv1.weight', 4);
  const [positions] = shapeOf(tensors, 'visual.positional_embedding', 2);
  const [, embedDim] = shapeOf(tensors, 'visual.proj', 2);
  const [vocabSize, textWidth] = shapeOf(tensors, 'token_embedding.weight', 2);
  const [contextLength] = shapeOf(tensors, 'positional_embedding', 2);
  const grid = Math.round(Math.sqrt(positions - 1));
  const imageSize = grid * patchSize;
  return {
    name: NAMES.get(`${visionWidth}/${patchSize}/${imageSize}`) ?? 'ViT-custom',
    imageSize,
    embedDim,
    patchSize,
    visionWidth,
    visionLayers: layerCount(tensors, 'visual.transformer.'),
    visionHeads: heads(
      'visionHeads',
      visionWidth,
      visionHeads ?? visionWidth / (WIDE_HEADS.get(visionWidth) ?? HEAD_WIDTH),
    ),
    textWidth,
    textLayers: layerCount(tensors, 'transformer.'),
    textHeads: heads('textHeads', textWidth, textHeads ?? textWidth / HEAD_WIDTH),
    contextLength,
    vocabSize,
    activation,
  };
}

/** Patches of an image, without the class token. */
export function patchCount({ imageSize, patchSize }: ClipConfig): number {
  return (imageSize / patchSize) ** 2;
}

/**
 * What cosines are multiplied with before softmax; 1 where a file does not say.
 * @throws FastSAMError `INVALID_CHECKPOINT` for one that is no usable number.
 */
export function scaleOf(tensors: StateDict): number {
  const [logarithm = 0] = tensors.get('logit_scale')?.toFloat32() ?? [];
  usableWeights('exp(logit_scale)', Float32Array.of(Math.exp(logarithm)));
  return Math.exp(logarithm);
}

/** One line for messages. */
export function describeClip(config: ClipConfig): string {
  const { name, visionWidth, visionLayers, patchSize, imageSize, textWidth, textLayers } = config;
  return (
    `${name} (image: ${visionLayers} layers of ${visionWidth}, patches of ${patchSize} in ${imageSize} pixels; ` +
    `text: ${textLayers} layers of ${textWidth})`
  );
}

function shapeOf(tensors: StateDict, name: string, rank: number): readonly number[] {
  const shape = tensors.get(name)?.shape;
  if (shape?.length === rank && shape.every((size) => size > 0)) return shape;
  throw new FastSAMError(
    'CHECKPOINT_MISMATCH',
    `CLIP weights: got ${shape ? `${name} [${shape.join(', ')}]` : `no ${name}`}, expected it with ${rank} sizes; ` +
      'use the weights of a CLIP model with a ViT image encoder',
  );
}

function layerCount(tensors: StateDict, prefix: string): number {
  const start = `${prefix}resblocks.`;
  let count = 0;
  for (const name of tensors.keys()) {
    if (name.startsWith(start)) count = Math.max(count, Number.parseInt(name.slice(start.length), 10) + 1 || 0);
  }
  return count;
}

function heads(option: string, width: number, count: number): number {
  if (Number.isInteger(count) && count > 0 && width % count === 0) return count;
  throw invalidArgument(
    `${option}: got ${plural(count, 'head')} for a width of ${width}, expected a number that divides it; give ${option}`,
  );
}
