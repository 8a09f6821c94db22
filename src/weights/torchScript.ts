/**
 * What the code of a TorchScript archive says of its modules. The code is text that lists operations with their numbers;
 * it is searched, never run. A module whose code is not understood gets the class '?', which nobody builds.
 */
import { dictOf } from './collect.js';
import { factsOf, type Fact, type ModuleFacts, type Modules } from './moduleFacts.js';
import { walkModules, type ModuleChild } from './moduleWalk.js';
import { PickleObject } from './pickleValues.js';
import { ScriptCode, type ScriptCall } from './torchScriptCode.js';

/** Whether an object is a module of a TorchScript archive. */
export function isScripted(module: PickleObject): boolean {
  return module.moduleName.startsWith('__torch__');
}

/**
 * Every module by its name, the root under ''.
 * @param readCode text of a file of the archive, undefined where there is none.
 * @throws FastSAMError `INVALID_CHECKPOINT` for modules that nest or multiply beyond what a network has.
 */
export function scriptModules(root: PickleObject, readCode: (path: string) => string | undefined): Modules {
  const code = new ScriptCode(readCode);
  return walkModules(
    root,
    (module) => factsOfModule(module, code),
    (module) => childrenOf(module, code),
  );
}

function* childrenOf(module: PickleObject, code: ScriptCode): Iterable<ModuleChild> {
  for (const [name, value] of dictOf(module.state) ?? []) {
    if (typeof name === 'string' && value instanceof PickleObject && isScripted(value)) yield [name, value];
  }
  const shared = code.sharedActivation(module);
  if (shared !== undefined) yield ['act', activationFacts(code.calls(shared))];
}

function factsOfModule(module: PickleObject, code: ScriptCode): ModuleFacts {
  const calls = code.calls(`${module.moduleName}.${module.className}`);
  const name = module.className;
  if (calls === undefined) return factsOf({ class: '?' });
  if (name === 'Bottleneck' || name === 'SPPF')
    return factsOf({ class: name, add: calls.some(({ op }) => op === 'add') });
  const [first, ...more] = calls.filter(({ op }) => op !== 'size');
  const call = first as ScriptCall | undefined;
  if (call === undefined) return factsOf({ class: name });
  const same = more.every((other) => other.op === call.op && other.args.join() === call.args.join());
  const reader = READERS.get(call.op);
  if (reader !== undefined) return same ? factsOf(reader(call.args)) : factsOf({ class: '?' });
  return isActivation(call) ? activationFacts(calls) : factsOf({ class: name });
}

/** Modules with one operation, by that operation. Arguments follow the input (and the weights). */
const READERS = new Map<string, (args: readonly Fact[]) => Readonly<Record<string, Fact>>>([
  ['_convolution', convolution],
  [
    'conv2d',
    (args) => convolution([args[0], args[1], args[2], args[3], args[4], args[5], false, [0, 0], args[6] ?? 1]),
  ],
  ['batch_norm', (args) => ({ class: 'BatchNorm2d', eps: args[7] ?? NaN })],
  [
    'max_pool2d',
    ([, kernel_size = NaN, stride = NaN, padding = NaN, dilation = [1, 1]]) => ({
      class: 'MaxPool2d',
      kernel_size,
      stride,
      padding,
      dilation,
    }),
  ],
  ['upsample_nearest2d', (args) => ({ class: 'Upsample', mode: 'nearest', scale_factor: args[2] ?? NaN })],
  ['upsample_bilinear2d', (args) => ({ class: 'Upsample', mode: 'bilinear', scale_factor: args[3] ?? NaN })],
  ['upsample_bicubic2d', (args) => ({ class: 'Upsample', mode: 'bicubic', scale_factor: args[3] ?? NaN })],
]);

function convolution(args: readonly Fact[]): Readonly<Record<string, Fact>> {
  const [, , , stride = NaN, padding = NaN, dilation = NaN, transposed = false, output_padding = NaN, groups = NaN] =
    args;
  return {
    class: transposed === true ? 'ConvTranspose2d' : 'Conv2d',
    stride,
    padding,
    dilation,
    output_padding,
    groups,
  };
}

/** Activations by the function that each calls; an underscore at its end means that it works in place. */
const ACTIVATIONS = new Map<string, (args: readonly Fact[]) => Readonly<Record<string, Fact>>>([
  ['silu', () => ({ class: 'SiLU' })],
  ['relu', () => ({ class: 'ReLU' })],
  ['relu6', () => ({ class: 'ReLU6' })],
  ['hardtanh', ([, min_val = NaN, max_val = NaN]) => ({ class: 'Hardtanh', min_val, max_val })],
  ['leaky_relu', ([, slope = 0.01]) => ({ class: 'LeakyReLU', negative_slope: slope })],
  ['elu', ([, alpha = 1]) => ({ class: 'ELU', alpha })],
  ['hardswish', () => ({ class: 'Hardswish' })],
  ['gelu', ([, approximate = 'none']) => ({ class: 'GELU', approximate })],
  ['mish', () => ({ class: 'Mish' })],
  ['tanh', () => ({ class: 'Tanh' })],
  ['sigmoid', () => ({ class: 'Sigmoid' })],
  ['selu', () => ({ class: 'SELU' })],
  ['celu', () => ({ class: 'CELU' })],
  ['prelu', () => ({ class: 'PReLU' })],
  ['rrelu', () => ({ class: 'RReLU' })],
  ['softplus', () => ({ class: 'Softplus' })],
  ['hardsigmoid', () => ({ class: 'Hardsigmoid' })],
]);

const plainName = (op: string): string => (op.endsWith('_') ? op.slice(0, -1) : op);

const isActivation = ({ op }: ScriptCall): boolean => ACTIVATIONS.has(plainName(op));

/** @param calls of an activation's module: one function, in as many methods as it has uses. */
function activationFacts(calls: readonly ScriptCall[] | undefined): ModuleFacts {
  if (calls === undefined) return factsOf({ class: '?' });
  if (calls.length === 0) return factsOf({ class: 'Identity' });
  const [first] = calls;
  const same = calls.every(
    ({ op, args }) => plainName(op) === plainName(first.op) && args.slice(1).join() === first.args.slice(1).join(),
  );
  const reader = ACTIVATIONS.get(plainName(first.op));
  return factsOf(same && reader !== undefined ? reader(first.args) : { class: `torch.${first.op}` });
}
