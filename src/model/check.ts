/** Whether a checkpoint's tensors are exactly those of an architecture. */
import { FastSAMError } from '../errors.js';
import { architectureFor, architectureOf, describeArchitecture, isFolded, type Architecture } from './architecture.js';
import { SCALE_NAMES } from './scales.js';
import { expectedTensors } from './names.js';
import type { StateDict } from '../weights/tensor.js';

/** Training's step counter: of no use here, and missing in some files. */
const STEP_COUNTER = '.num_batches_tracked';

/**
 * The architecture that a checkpoint is for, after all its names and shapes were checked.
 * @throws FastSAMError `CHECKPOINT_MISMATCH`, see `checkTensors`.
 */
export function checkedArchitecture(tensors: StateDict): Architecture {
  const architecture = readableArchitecture(tensors) ?? closestArchitecture(tensors).architecture;
  checkTensors(tensors, architecture);
  return architecture;
}

/** Undefined where tensors that tell the architecture are missing: the check against the closest scale says which. */
function readableArchitecture(tensors: StateDict): Architecture | undefined {
  try {
    return architectureOf(tensors);
  } catch (error) {
    if (error instanceof FastSAMError) return undefined;
    throw error;
  }
}

/** How a checkpoint differs from an architecture. Empty lists: it fits. */
export interface TensorDifferences {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** `name [got] instead of [expected]`. */
  readonly misshapen: readonly string[];
}

/** Compares names and shapes as a whole. */
export function differences(tensors: StateDict, architecture: Architecture): TensorDifferences {
  const expected = expectedTensors(architecture);
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !expected.has(name) && !name.endsWith(STEP_COUNTER));
  const misshapen: string[] = [];
  for (const [name, shape] of expected) {
    const got = tensors.get(name)?.shape;
    if (got && !sameShape(got, shape)) misshapen.push(`${name} [${got.join(', ')}] instead of [${shape.join(', ')}]`);
  }
  return { missing, unexpected, misshapen };
}

/**
 * Checks that a checkpoint has exactly the tensors of an architecture, in the right shapes.
 * @throws FastSAMError `CHECKPOINT_MISMATCH` that counts and shows what is missing, unexpected and misshapen, and says
 *   which scale the checkpoint looks like.
 */
export function checkTensors(tensors: StateDict, architecture: Architecture): void {
  const { missing, unexpected, misshapen } = differences(tensors, architecture);
  if (missing.length + unexpected.length + misshapen.length === 0) return;
  const got = [list('missing', missing), list('unexpected', unexpected), list('misshapen', misshapen)].filter(Boolean);
  throw new FastSAMError(
    'CHECKPOINT_MISMATCH',
    `checkpoint: got ${got.join('; ')}; expected the ${expectedTensors(architecture).size} tensors of ` +
      `${describeArchitecture(architecture)}; ${looksLike(tensors)}`,
  );
}

/** How many names of each list a message shows. */
const SHOWN = 3;

function list(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > SHOWN ? ', …' : '';
  return `${names.length} ${what} (${names.slice(0, SHOWN).join(', ')}${more})`;
}

/** Which of the five scales a checkpoint comes closest to, in words. */
function looksLike(tensors: StateDict): string {
  const { architecture, share } = closestArchitecture(tensors);
  if (share === 0) return 'it looks like no YOLOv8-seg network: use a YOLOv8-seg or FastSAM checkpoint';
  const percent = Math.floor(100 * share);
  return `it looks most like scale ${architecture.scale}, of whose tensors ${percent} % fit: check that the file is whole`;
}

/** The one of the five scales of which most tensors are there in the right shape, and which share of them (0 … 1). */
export function closestArchitecture(tensors: StateDict): { architecture: Architecture; share: number } {
  const outputs = (name: string): number | undefined => tensors.get(`${name}.weight`)?.shape[0];
  const options = {
    classes: outputs('model.22.cv3.0.2'),
    regMax: Math.ceil((outputs('model.22.cv2.0.2') ?? 64) / 4),
    maskCoefficients: outputs('model.22.cv4.0.2'),
    folded: isFolded(tensors),
  };
  let best = { architecture: architectureFor('n', options), share: -1 };
  for (const scale of SCALE_NAMES) {
    const architecture = architectureFor(scale, options);
    const expected = [...expectedTensors(architecture)];
    const fitting = expected.filter(([name, shape]) => sameShape(tensors.get(name)?.shape, shape)).length;
    if (fitting / expected.length > best.share) best = { architecture, share: fitting / expected.length };
  }
  return best;
}

function sameShape(a: readonly number[] | undefined, b: readonly number[]): boolean {
  return a?.length === b.length && a.every((size, i) => size === b[i]);
}
