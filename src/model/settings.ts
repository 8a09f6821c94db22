/** What a checkpoint's network computes besides its tensors: read where it can be computed, refused by name where not. */
import {
  activationName,
  isPool,
  MAX_POOL,
  shortcutOf,
  STANDARD_SETTINGS,
  type ActivationSpec,
  type NetworkSettings,
} from '../layers/settings.js';
import type { Checkpoint } from '../weights/checkpointRecord.js';
import { bottleneckOf, parentOf, type Modules } from '../weights/moduleFacts.js';
import type { Architecture } from './architecture.js';
import { convName, operations, type ConvSpec } from './convSpecs.js';
import { activationIn, checkModules, checkFacts, refused } from './moduleChecks.js';
import { settingsFromText, SETTINGS_KEY } from './settingsText.js';

/**
 * The settings of a checkpoint: from its modules or its graph, else from the strings of a safetensors file that was made
 * here, else the standard ones.
 * @param architecture as the tensors tell it.
 * @throws FastSAMError `UNSUPPORTED_CHECKPOINT` that names the first module which computes something else than can be
 *   computed here.
 */
export function settingsOf(
  architecture: Architecture,
  { format, modules, metadata }: Pick<Checkpoint, 'format' | 'modules' | 'metadata'>,
): NetworkSettings {
  if (modules !== undefined) return settingsFromModules(architecture, modules());
  const text = format === 'safetensors' && Object.hasOwn(metadata, SETTINGS_KEY) ? metadata[SETTINGS_KEY] : undefined;
  return text === undefined ? STANDARD_SETTINGS : settingsFromText(text, architecture);
}

function settingsFromModules(architecture: Architecture, modules: Modules): NetworkSettings {
  const { specs, pools, upsamplings, sums } = operations(architecture);
  checkModules(architecture, modules);
  const activations = new Map<string, ActivationSpec>();
  const epsilons = new Map<string, number>();
  for (const spec of specs) {
    checkConvolution(spec, modules);
    if (spec.kind !== 'conv') continue;
    activations.set(spec.name, activationIn(modules, `${spec.name}.act`));
    const epsilon = epsilonIn(modules, `${spec.name}.bn`);
    if (epsilon !== undefined) epsilons.set(spec.name, epsilon);
  }
  for (const name of upsamplings) checkUpsampling(modules, name);
  const activation = mostFrequent([...activations.values()], activationName) ?? STANDARD_SETTINGS.activation;
  const epsilon = mostFrequent([...epsilons.values()], String) ?? STANDARD_SETTINGS.epsilon;
  const others = [...activations].filter(([, spec]) => activationName(spec) !== activationName(activation));
  return {
    activation,
    activations: Object.fromEntries(others),
    epsilon,
    epsilons: Object.fromEntries([...epsilons].filter(([, value]) => value !== epsilon)),
    pool: poolIn(modules, pools),
    shortcuts: shortcutsIn(architecture, modules, specs, new Set(sums)),
  };
}

function mostFrequent<T>(values: readonly T[], keyOf: (value: T) => string): T | undefined {
  const counts = new Map<string, { value: T; count: number }>();
  for (const value of values) {
    const entry = counts.get(keyOf(value)) ?? { value, count: 0 };
    entry.count++;
    counts.set(keyOf(value), entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).at(0)?.value;
}

function checkConvolution(spec: ConvSpec, modules: Modules): void {
  const transposed = spec.kind === 'transposed';
  const padding = transposed ? 0 : spec.kernel >> 1;
  checkFacts(modules, convName(spec), {
    class: [transposed ? 'ConvTranspose2d' : 'Conv2d'],
    stride: [spec.stride],
    padding: spec.stride === 1 ? [padding, 'same'] : [padding],
    dilation: [1],
    groups: [1],
    padding_mode: ['zeros'],
    output_padding: [0],
  });
}

/** Undefined where batch norm is folded into the convolution. */
function epsilonIn(modules: Modules, name: string): number | undefined {
  if (!modules.has(name)) return undefined;
  checkFacts(modules, name, { class: ['BatchNorm2d', 'SyncBatchNorm', 'Identity'], track_running_stats: [true] });
  const epsilon = modules.get(name)?.get('eps');
  if (epsilon === undefined && modules.get(name)?.get('class') === 'Identity') return undefined;
  if (typeof epsilon === 'number' && epsilon >= 0 && Number.isFinite(epsilon)) return epsilon;
  throw refused(name, `the epsilon ${String(epsilon)}`, 'a number of at least 0');
}

/** The side of the pooling, one for all. */
function poolIn(modules: Modules, pools: readonly string[]): number {
  const sides = pools.map((pool) => {
    const name = parentOf(pool); // one module, applied several times
    const kernel = modules.get(name)?.get('kernel_size');
    const sides: readonly unknown[] = Array.isArray(kernel) ? kernel : [kernel];
    const side = typeof sides[0] === 'number' ? sides[0] : NaN;
    const other = sides.at(-1);
    checkFacts(modules, name, { class: ['MaxPool2d'], stride: [1], padding: [side >> 1, 'same'], dilation: [1] });
    if (side === other && isPool(side)) return side;
    throw refused(name, `pooling of ${String(kernel)}`, `a square of an odd side up to ${MAX_POOL}`);
  });
  return sides.at(0) ?? STANDARD_SETTINGS.pool;
}

function checkUpsampling(modules: Modules, name: string): void {
  checkFacts(modules, name, { class: ['Upsample'], mode: ['nearest', 'nearest-exact'], scale_factor: [2] });
}

/** The bottlenecks that add their input where the table has none, or the other way round. */
function shortcutsIn(
  { family }: Architecture,
  modules: Modules,
  specs: readonly ConvSpec[],
  sums: ReadonlySet<string>,
): Record<string, boolean> {
  const shortcuts: Record<string, boolean> = {};
  for (const { name } of specs) {
    const unit = bottleneckOf(name);
    if (unit === undefined) continue;
    const standard = sums.has(`${unit}.add`);
    const added = modules.get(unit)?.get('add');
    if (typeof added !== 'boolean') throw refused(unit, 'no word on its shortcut', `a bottleneck of ${family.name}`);
    if (added !== shortcutOf(STANDARD_SETTINGS, unit, standard)) shortcuts[unit] = added;
  }
  return shortcuts;
}
