/** The names of layers: what there is, and what was meant. */
import { FastSAMError } from '../errors.js';
import { editDistance } from '../options/names.js';
import { isFolded, type Architecture } from './architecture.js';
import { convName, convSpecs } from './convSpecs.js';
import type { Network } from './network.js';
import type { StateDict } from '../weights/tensor.js';

/**
 * Every name that `activations` knows, in the order in which they are computed: the layers (`model.9`), the blocks
 * inside them (`model.2.m.0.cv1`, `model.22.proto`) and the tfjs layers inside those (`model.0.conv`).
 */
export function activationNames(network: Network): string[] {
  return [...network.outputs.keys(), headName(network)];
}

/** The layer whose output is decoded predictions. */
export const headName = ({ architecture }: Pick<Network, 'architecture'>): string => architecture.family.headName;

/**
 * The names of a network whose batch norm is folded, and of what only batch norm as layers would have: `model.0.bn`.
 * @param tensors of the checkpoint: where they have no batch norm either, there are no such names.
 */
export function namesWithBatchNorm(network: Network, tensors: StateDict): string[] {
  const names = activationNames(network);
  if (!network.folded || isFolded(tensors)) return names;
  const blocks = convBlocks(network.architecture);
  return names.flatMap((name) => {
    const block = blocks.get(name);
    return block === undefined ? [name] : [name, `${block}.bn`];
  });
}

/** Whether an output is another one, or none, once batch norm is folded: a convolution with batch norm behind, or that. */
export function needsBatchNorm(architecture: Architecture, name: string): boolean {
  const blocks = convBlocks(architecture);
  return blocks.has(name) || blocks.has(name.replace(/\.bn$/, '.conv'));
}

/** Blocks with batch norm by the names of their convolutions. */
function convBlocks(architecture: Architecture): ReadonlyMap<string, string> {
  const blocks = convSpecs(architecture).filter(({ kind }) => kind === 'conv');
  return new Map(blocks.map((spec) => [convName(spec), spec.name]));
}

/**
 * @param what is asked for them, for messages.
 * @throws FastSAMError `UNKNOWN_NAME` for the first name that is not known, with names like it.
 */
export function checkLayerNames(what: string, names: readonly string[], known: readonly string[]): void {
  const all = new Set(known);
  const wrong = names.find((name) => !all.has(name));
  if (wrong === undefined) return;
  throw new FastSAMError(
    'UNKNOWN_NAME',
    `${what}: got '${wrong}', expected a layer's name; try ${namesLike(wrong, known).join(', ')}`,
  );
}

/** How many similar names a message shows. */
const SUGGESTIONS = 5;

/** The known names that are most like one. */
export function namesLike(name: string, known: readonly string[]): string[] {
  return [...known].sort((a, b) => editDistance(name, a) - editDistance(name, b)).slice(0, SUGGESTIONS);
}
