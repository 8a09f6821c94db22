/** CLIP weights under one naming, OpenAI's, whoever published them. */
import { FastSAMError } from '../../errors.js';
import type { StateDict, WeightTensor } from '../../weights/tensor.js';
import type { ClipConfig } from './config.js';
import { joined, transposed } from './derivedTensor.js';

/** Who names tensors so: OpenAI and OpenCLIP (`visual.proj`), or Hugging Face transformers (`visual_projection.weight`). */
export type ClipNaming = 'openai' | 'huggingface';

/** Tensors that files hold besides weights: OpenAI's sizes, transformers' counters, causal masks. */
const NO_WEIGHTS = /(^|\.)(input_resolution|context_length|vocab_size|position_ids|attn_mask)$/;

/** OpenCLIP puts the text encoder of some models into a module of its own. */
const TEXT_TOWER = /^text\.(?=transformer\.|token_embedding\.|positional_embedding$|ln_final\.|text_projection$)/;

/** Names by which image encoders are known that are not built here. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/^visual\.(layer1\.0|attnpool)\./, 'a modified ResNet as image encoder (RN50 and the like)'],
  [/^visual\.trunk\./, 'an image encoder of timm'],
  [/^visual\.attn_pool\./, 'an image encoder with attention pooling'],
  [/^vision_model\.head\.|^text_model\.head\./, 'a SigLIP model'],
  [/^text\.transformer\.(embeddings|encoder)\./, 'a text encoder of another family'],
];

/**
 * The tensors by OpenAI's names: `visual.*`, `transformer.*`, `token_embedding.weight` … What is joined (queries, keys and
 * values) or transposed (projections) in other files is put together when its values are asked for.
 * @throws FastSAMError `UNSUPPORTED_CHECKPOINT` for CLIP models with other encoders.
 */
export function openAiTensors(tensors: StateDict): { readonly naming: ClipNaming; readonly tensors: StateDict } {
  const names = [...tensors.keys()];
  for (const [pattern, what] of UNSUPPORTED) {
    if (!names.some((name) => pattern.test(name))) continue;
    throw new FastSAMError(
      'UNSUPPORTED_CHECKPOINT',
      `CLIP weights: got ${what}, expected a CLIP model with two transformers; use ViT-B/32, ViT-B/16, ViT-L/14 or ` +
        'ViT-L/14@336px',
    );
  }
  const weights = new Map([...tensors].filter(([name]) => !NO_WEIGHTS.test(name)));
  if (names.some((name) => /^(vision|text)_model\./.test(name))) {
    return { naming: 'huggingface', tensors: fromHuggingFace(weights) };
  }
  return { naming: 'openai', tensors: new Map([...weights].map(([name, t]) => [name.replace(TEXT_TOWER, ''), t])) };
}

const FIXED: ReadonlyMap<string, string> = new Map([
  ['text_model.embeddings.token_embedding.weight', 'token_embedding.weight'],
  ['text_model.embeddings.position_embedding.weight', 'positional_embedding'],
  ['vision_model.embeddings.class_embedding', 'visual.class_embedding'],
  ['vision_model.embeddings.patch_embedding.weight', 'visual.conv1.weight'],
  ['vision_model.embeddings.position_embedding.weight', 'visual.positional_embedding'],
]);

/** transformers' parts of names and OpenAI's, in the order in which they are replaced. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^vision_model\.encoder\.layers\./, 'visual.transformer.resblocks.'],
  [/^text_model\.encoder\.layers\./, 'transformer.resblocks.'],
  [/^vision_model\.pre_layrnorm\./, 'visual.ln_pre.'],
  [/^vision_model\.post_layernorm\./, 'visual.ln_post.'],
  [/^text_model\.final_layer_norm\./, 'ln_final.'],
  [/\.self_attn\.out_proj\./, '.attn.out_proj.'],
  [/\.layer_norm([12])\./, '.ln_$1.'],
  [/\.mlp\.fc1\./, '.mlp.c_fc.'],
  [/\.mlp\.fc2\./, '.mlp.c_proj.'],
];

const PROJECTIONS: ReadonlyMap<string, string> = new Map([
  ['visual_projection.weight', 'visual.proj'],
  ['text_projection.weight', 'text_projection'],
]);

const QKV = /^(.*)\.self_attn\.([qkv])_proj\.(weight|bias)$/;

function fromHuggingFace(tensors: StateDict): StateDict {
  const renamed = new Map<string, WeightTensor>();
  const thirds = new Map<string, Map<string, WeightTensor>>();
  for (const [name, tensor] of tensors) {
    const projection = PROJECTIONS.get(name);
    const third = QKV.exec(name);
    if (third) {
      const whole = `${replaceParts(`${third[1]}.`)}attn.in_proj_${third[3]}`;
      const parts = thirds.get(whole) ?? new Map<string, WeightTensor>();
      thirds.set(whole, parts.set(third[2], tensor));
    } else if (projection !== undefined && tensor.shape.length === 2) {
      renamed.set(projection, transposed(tensor));
    } else {
      renamed.set(FIXED.get(name) ?? replaceParts(name), tensor);
    }
  }
  for (const [whole, parts] of thirds) {
    const inOrder = ['q', 'k', 'v'].flatMap((part) => parts.get(part) ?? []);
    // Otherwise the whole is found missing.
    const alike = inOrder.every(({ shape }) => String(shape) === String(inOrder[0].shape));
    if (inOrder.length === 3 && alike) renamed.set(whole, joined(inOrder));
  }
  return renamed;
}

const replaceParts = (name: string): string => PARTS.reduce((text, [part, ours]) => text.replace(part, ours), name);

/** Name and shape of every tensor of a model, under OpenAI's names. */
export function expectedClipTensors(config: ClipConfig): Map<string, readonly number[]> {
  const { visionWidth, textWidth, patchSize, imageSize, embedDim } = config;
  const expected = new Map<string, readonly number[]>([
    ['visual.class_embedding', [visionWidth]],
    ['visual.positional_embedding', [(imageSize / patchSize) ** 2 + 1, visionWidth]],
    ['visual.proj', [visionWidth, embedDim]],
    ['visual.conv1.weight', [visionWidth, 3, patchSize, patchSize]],
    ['positional_embedding', [config.contextLength, textWidth]],
    ['text_projection', [textWidth, embedDim]],
    ['token_embedding.weight', [config.vocabSize, textWidth]],
    ['logit_scale', []],
  ]);
  const norm = (name: string, width: number): void => {
    for (const array of ['weight', 'bias']) expected.set(`${name}.${array}`, [width]);
  };
  norm('visual.ln_pre', visionWidth);
  norm('visual.ln_post', visionWidth);
  norm('ln_final', textWidth);
  for (const [prefix, layers, width] of [
    ['visual.transformer', config.visionLayers, visionWidth],
    ['transformer', config.textLayers, textWidth],
  ] as const) {
    for (let i = 0; i < layers; i++) {
      const block = `${prefix}.resblocks.${i}`;
      norm(`${block}.ln_1`, width);
      norm(`${block}.ln_2`, width);
      for (const [name, outputs, inputs] of [
        ['attn.in_proj_', 3 * width, width],
        ['attn.out_proj.', width, width],
        ['mlp.c_fc.', MLP_RATIO * width, width],
        ['mlp.c_proj.', width, MLP_RATIO * width],
      ] as const) {
        expected.set(`${block}.${name}weight`, [outputs, inputs]);
        expected.set(`${block}.${name}bias`, [outputs]);
      }
    }
  }
  return expected;
}

/** Width of a block's hidden layer over the width of its input. */
const MLP_RATIO = 4;
