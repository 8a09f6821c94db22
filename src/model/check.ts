/** Whether a checkpoint's tensors are exactly those of an architecture. */
import { FastSAMError } from '../errors.js';
import type { StateDict } from '../weights/tensor.js';
import {
  architectureFor,
  architectureOf,
  describeArchitecture,
  isFolded,
  type Architecture,
  type ArchitectureOptions,
} from './architecture.js';
import { expectedTensors } from './convSpecs.js';
import { foreignNetwork } from './foreign.js';
import { FAMILIES, familyOf } from './families/families.js';
import type { NetworkFamily } from './families/networkFamily.js';
import { SCALE_NAMES } from './families/scaling.js';

/** Training's step counter: of no use here, and missing in some files. */
const STEP_COUNTER = '.num_batches_tracked';

/**
 * The architecture that a checkpoint is for, after all its names and shapes were checked.
 * @param metadata strings of the checkpoint, which may name its family.
 * @throws FastSAMError `CHECKPOINT_MISMATCH`, see `checkTensors`.
 */
export function inferArchitecture(tensors: StateDict, metadata: Readonly<Record<string, string>> = {}): Architecture {
  const family = familyOf(tensors, metadata);
  const readable = family && readArchitecture(family, tensors);
  const architecture = readable ?? closestArchitecture(tensors, family && [family]).architecture;
  const found = differences(tensors, architecture);
  if (fits(found)) return architecture;
  refuseForeign(tensors, metadata);
  throw mismatch(tensors, architecture, found);
}

/** @throws FastSAMError `CHECKPOINT_MISMATCH` that says which other network it is, where one can tell. */
function refuseForeign(tensors: StateDict, metadata: Readonly<Record<string, string>>): void {
  const foreign = foreignNetwork(tensors, metadata);
  if (foreign === undefined) return;
  const checkpoints = FAMILIES.map((family) => family.checkpoints).join(' or ');
  throw new FastSAMError(
    'CHECKPOINT_MISMATCH',
    `checkpoint: got ${foreign.what}, expected a ${checkpoints} network; ${foreign.todo}`,
  );
}

const fits = ({ missing, unexpected, misshapen }: TensorDifferences): boolean =>
  missing.length + unexpected.length + misshapen.length === 0;

/** Undefined where tensors that tell the architecture are missing: the check against the closest scale says which. */
function readArchitecture(family: NetworkFamily, tensors: StateDict): Architecture | undefined {
  try {
    return architectureOf(family, tensors);
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
  const found = differences(tensors, architecture);
  if (!fits(found)) throw mismatch(tensors, architecture, found);
}

function mismatch(tensors: StateDict, architecture: Architecture, found: TensorDifferences): FastSAMError {
  const { missing, unexpected, misshapen } = found;
  const got = [list('missing', missing), list('unexpected', unexpected), list('misshapen', misshapen)].filter(Boolean);
  return new FastSAMError(
    'CHECKPOINT_MISMATCH',
    `checkpoint: got ${got.join('; ')}; expected the ${expectedTensors(architecture).size} tensors of ` +
      `${describeArchitecture(architecture)}; ${looksLike(tensors, found)}`,
  );
}

/** How many names of each list a message shows. */
const SHOWN = 3;

function list(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > SHOWN ? ', …' : '';
  return `${names.length} ${what} (${names.slice(0, SHOWN).join(', ')}${more})`;
}

/** Which family and scale a checkpoint comes closest to, in words. */
function looksLike(tensors: StateDict, { missing, unexpected, misshapen }: TensorDifferences): string {
  const { architecture, share } = closestArchitecture(tensors);
  if (share === 0) {
    const names = FAMILIES.map(({ name }) => name).join(' or ');
    const checkpoints = FAMILIES.map((family) => family.checkpoints).join(' or ');
    return `it looks like no ${names} network: use a ${checkpoints} checkpoint`;
  }
  const percent = Math.floor(100 * share);
  // A file that lacks nothing but tensors may be cut; one with others is another network, and whole.
  const isCut = missing.length > 0 && unexpected.length + misshapen.length === 0;
  const todo = isCut
    ? 'check that the file is whole'
    : `it was changed, use an unaltered ${architecture.family.checkpoints} checkpoint`;
  return `it looks most like scale ${architecture.scale}, of whose tensors ${percent} % fit: ${todo}`;
}

/** The architecture of which most tensors are there in the right shape, and which share of them (0 … 1). */
export function closestArchitecture(
  tensors: StateDict,
  families: readonly NetworkFamily[] = FAMILIES,
): { architecture: Architecture; share: number } {
  const shares = families.flatMap((family) =>
    SCALE_NAMES.map((scale) => {
      const architecture = architectureFor(family, scale, readOptions(family, tensors));
      const expected = [...expectedTensors(architecture)];
      const fitting = expected.filter(([name, shape]) => sameShape(tensors.get(name)?.shape, shape)).length;
      return { architecture, share: fitting / expected.length };
    }),
  );
  return shares.reduce((best, next) => (next.share > best.share ? next : best));
}

/** What the head's tensors tell, as far as they are there. */
function readOptions(family: NetworkFamily, tensors: StateDict): ArchitectureOptions {
  const outputs = (name: string): number | undefined => tensors.get(`${family.headTensor(name)}.weight`)?.shape[0];
  const { sizes } = family.head;
  return {
    classes: outputs(sizes.classes),
    regMax: Math.ceil((outputs(sizes.boxes) ?? 64) / 4),
    maskCoefficients: outputs(sizes.coefficients),
    folded: isFolded(tensors),
  };
}

function sameShape(a: readonly number[] | undefined, b: readonly number[]): boolean {
  return a?.length === b.length && a.every((size, i) => size === b[i]);
}
