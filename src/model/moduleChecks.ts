/** Compares what a file says of its modules with what can be computed. */
import { FastSAMError } from '../errors.js';
import { ACTIVATION_KINDS, type ActivationKind, type ActivationSpec } from '../layers/settings.js';
import { showValue } from '../options/showValue.js';
import { parentOf, type Fact, type Modules } from '../weights/moduleFacts.js';
import type { Architecture } from './architecture.js';
import { convName, operations } from './convSpecs.js';

/** The error for a module that computes something else. */
export function refused(module: string, got: string, expected: string): FastSAMError {
  return new FastSAMError(
    'UNSUPPORTED_CHECKPOINT',
    `checkpoint, module ${module}: got ${got}, expected ${expected}; this network computes what is not computed here, ` +
      'run it with Ultralytics, or train one without that change',
  );
}

/**
 * Checks attributes that a file states; what it does not state passes, but for the class.
 * @param allowed by attribute; a number stands for a list of that number too, as `[1, 1]`.
 */
export function checkFacts(
  modules: Modules,
  name: string,
  allowed: Readonly<Record<string, readonly (number | string | boolean)[]>>,
): void {
  const facts = modules.get(name);
  if (facts === undefined) throw refused(name, 'no word on what it computes', String(allowed.class.at(0)));
  for (const [key, values] of Object.entries(allowed)) {
    const fact = facts.get(key);
    if (fact === undefined && key !== 'class') continue;
    if (values.some((value) => equals(fact, value))) continue;
    throw refused(name, `${key} ${showValue(fact)}`, values.map(String).join(' or '));
  }
}

function equals(fact: Fact | undefined, value: number | string | boolean): boolean {
  return Array.isArray(fact) ? fact.length > 0 && fact.every((item) => item === value) : fact === value;
}

const KINDS = new Set<string>(ACTIVATION_KINDS);

/** The activation that a module is. */
export function activationIn(modules: Modules, name: string): ActivationSpec {
  const facts = modules.get(name);
  const number = (key: string): number => {
    const value = facts?.get(key);
    return typeof value === 'number' ? value : NaN;
  };
  const kind = String(facts?.get('class') ?? 'none');
  if (kind === 'LeakyReLU' && Number.isFinite(number('negative_slope'))) {
    return { kind, alpha: Math.fround(number('negative_slope')) };
  }
  if (kind === 'ELU' && Number.isFinite(number('alpha'))) return { kind, alpha: Math.fround(number('alpha')) };
  if (kind === 'Hardtanh' && number('min_val') === 0 && number('max_val') === 6) return { kind: 'ReLU6' };
  const exact = kind !== 'GELU' || (facts?.get('approximate') ?? 'none') === 'none';
  if (exact && KINDS.has(kind) && kind !== 'LeakyReLU' && kind !== 'ELU') return { kind: kind as ActivationKind };
  const got = exact ? kind : `GELU approximated by ${String(facts?.get('approximate'))}`;
  throw refused(name, `the activation ${showValue(got)}`, `one of ${ACTIVATION_KINDS.join(', ')}`);
}

/** Modules that change nothing when a network is used. */
const HARMLESS: ReadonlySet<string> = new Set(['Identity', 'Dropout', 'Dropout2d']);
/** Where a row of the table says nothing of a module's class. */
const LAYER = /^model\.\d{1,4}(\.|$)/;

/**
 * Checks that there are no modules besides the architecture's, that rows take what they take in the table, and that
 * blocks and head are of the classes whose tensors they have.
 */
export function checkModules(architecture: Architecture, modules: Modules): void {
  const { family } = architecture;
  const known = knownModules(architecture);
  for (const [name, facts] of modules) {
    if (!LAYER.test(name) || known.has(name) || HARMLESS.has(String(facts.get('class')))) continue;
    // What lies inside of something unknown is named by that.
    const parent = parentOf(name);
    if (LAYER.test(parent) && !known.has(parent)) continue;
    throw refused(name, `a module ${showValue(facts.get('class'))}`, `none of that name in ${family.name}`);
  }
  for (const [i, { kind, from }] of family.rows.entries()) checkRow(modules, `model.${i}`, kind, from);
  checkRow(modules, family.headName, family.head.kind, family.head.from);
  if (modules.has(family.headName)) checkHead(architecture, modules);
}

function checkRow(modules: Modules, name: string, kind: string, from: readonly number[]): void {
  const facts = modules.get(name);
  if (facts === undefined) return; // an ONNX graph has no rows
  checkFacts(modules, name, { class: [kind] });
  const routes = facts.get('f');
  const list: readonly unknown[] = Array.isArray(routes) ? routes : [routes];
  if (routes !== undefined && (list.length !== from.length || list.some((row, i) => row !== from[i]))) {
    throw refused(name, `input from the rows ${showValue(routes)}`, from.join(', '));
  }
  if (kind === 'Concat') checkFacts(modules, name, { class: [kind], d: [1] });
  if (kind === 'SPPF') checkFacts(modules, name, { class: [kind], n: [3], add: [false] });
}

function checkHead({ family, regMax }: Architecture, modules: Modules): void {
  const { headName, head } = family;
  checkFacts(modules, headName, { class: [head.kind], end2end: [false], reg_max: [regMax] });
  const strides = modules.get(headName)?.get('stride');
  // A network that never ran has zeros.
  if (!Array.isArray(strides) || strides.every((stride) => stride === 0)) return;
  if (strides.length !== head.strides.length || strides.some((stride, i) => stride !== head.strides[i])) {
    throw refused(headName, `strides ${showValue(strides)}`, head.strides.join(', '));
  }
}

/** Names of all modules of an architecture. */
function knownModules(architecture: Architecture): ReadonlySet<string> {
  const { family } = architecture;
  const { specs, pools } = operations(architecture);
  const known = new Set(family.rows.map((_, i) => `model.${i}`));
  const add = (name: string): void => {
    for (let end = name.length; end > 0 && !known.has(name.slice(0, end)); end = name.lastIndexOf('.', end - 1)) {
      known.add(name.slice(0, end));
    }
  };
  for (const spec of specs) {
    add(convName(spec));
    if (spec.kind === 'conv') for (const part of ['bn', 'act']) add(`${spec.name}.${part}`);
  }
  for (const pool of pools) add(parentOf(pool));
  add(family.headTensor('dfl.conv'));
  return known;
}
