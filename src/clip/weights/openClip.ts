/** Opens CLIP weights: finds, reads and checks them. */
import { FastSAMError } from '../../errors.js';
import { isByteSource, readByteSource, type ByteSource } from '../../platform/byteSource.js';
import { readCheckpoint, type Checkpoint } from '../../weights/checkpoint.js';
import { readFrom, type ResolveOptions } from '../../weights/resolve.js';
import type { StateDict } from '../../weights/tensor.js';
import { CLIP_CATALOGUE } from './catalogue.js';
import {
  ACTIVATIONS,
  clipConfigOf,
  describeClip,
  type ClipActivation,
  type ClipConfig,
  type ClipOverrides,
} from './config.js';
import { expectedClipTensors, openAiTensors, type ClipNaming } from './names.js';

/** CLIP weights, checked: exactly the tensors that the configuration needs, under OpenAI's names. */
export interface ClipWeights {
  readonly config: ClipConfig;
  readonly tensors: StateDict;
}

/**
 * Finds (or downloads), reads and checks CLIP weights.
 * @param source `ViT-B/32`, `ViT-B/16`, `ViT-L/14`, `ViT-L/14@336px` (`-` for `/` will do), a path, a URL, or bytes of
 *   any kind that `FastSAM.load` takes.
 * @throws FastSAMError what `resolveWeights`, `readCheckpoint` and `clipWeightsOf` throw.
 */
export async function openClip(
  source: string | URL | ByteSource,
  options: ResolveOptions & ClipOverrides = {},
): Promise<ClipWeights> {
  if (isByteSource(source)) {
    const { bytes, name: origin } = await readByteSource('weights', source);
    return clipWeightsOf(await readCheckpoint(bytes), { ...options, ...(origin !== undefined && { origin }) });
  }
  const { content, path } = await readFrom(CLIP_CATALOGUE, source, options, readCheckpoint);
  return clipWeightsOf(content, { ...options, origin: `${String(source)} ${path}` });
}

/**
 * Takes the weights out of a checkpoint: OpenAI's archives, transformers' and OpenCLIP's files.
 * @param options.origin the file's name, which may be all that tells the activation.
 * @throws FastSAMError `CHECKPOINT_MISMATCH` when tensors are missing, unexpected or misshapen;
 *   `UNSUPPORTED_CHECKPOINT` for CLIP models with other encoders; `INVALID_ARGUMENT` for numbers of heads that do not
 *   fit.
 */
export function clipWeightsOf(
  checkpoint: Checkpoint,
  options: ClipOverrides & { readonly origin?: string } = {},
): ClipWeights {
  const { naming, tensors } = openAiTensors(checkpoint.tensors);
  const activation = options.activation ?? activationOf(checkpoint, naming, options.origin);
  const config = clipConfigOf(tensors, { ...options, activation });
  checkClipTensors(tensors, config);
  return { config, tensors };
}

/** Training sets in the file names of OpenCLIP's models, by the activation they were trained with. */
const QUICK_GELU_FILES = /quick-?gelu|openai|laion-?400m|yfcc15m|cc12m|metaclip|dfn\d/i;
const GELU_FILES = /laion-?2b|datacomp|commonpool/i;

/**
 * OpenAI trained with quick GELU, which is also the default of transformers. OpenCLIP's own models mostly have the
 * exact GELU. Files do not declare it, but their names may. OpenAI's files are recognised by sizes stored as tensors
 * and by their mixture of number formats.
 */
function activationOf({ tensors, metadata }: Checkpoint, naming: ClipNaming, origin = ''): ClipActivation {
  const declared = ACTIVATIONS.find((name) => name === metadata.activation || name === metadata.hidden_act);
  if (declared) return declared;
  if (QUICK_GELU_FILES.test(origin)) return 'quick_gelu';
  if (GELU_FILES.test(origin)) return 'gelu';
  if (naming === 'huggingface' || tensors.has('input_resolution')) return 'quick_gelu';
  const formats = ['visual.proj', 'visual.class_embedding'].map((name) => tensors.get(name)?.dtype);
  return formats[0] === 'float16' && formats[1] === 'float32' ? 'quick_gelu' : 'gelu';
}

function checkClipTensors(tensors: StateDict, config: ClipConfig): void {
  const expected = expectedClipTensors(config);
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !expected.has(name));
  const misshapen: string[] = [];
  for (const [name, shape] of expected) {
    const got = tensors.get(name)?.shape;
    if (got && String(got) !== String(shape)) {
      misshapen.push(`${name} [${got.join(', ')}] instead of [${shape.join(', ')}]`);
    }
  }
  const got = [list('missing', missing), list('unexpected', unexpected), list('misshapen', misshapen)].filter(Boolean);
  if (got.length === 0) return;
  throw new FastSAMError(
    'CHECKPOINT_MISMATCH',
    `CLIP weights: got ${got.join('; ')}; expected the ${expected.size} tensors of ${describeClip(config)}; check that ` +
      'the file is whole and a CLIP model',
  );
}

/** How many names of each list a message shows. */
const SHOWN = 3;

function list(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  return `${names.length} ${what} (${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ', …' : ''})`;
}
