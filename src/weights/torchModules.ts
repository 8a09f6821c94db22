/** The modules of a pickled network: their classes, and what their attributes say that is no tensor. */
import { dictOf } from './collect.js';
import type { Fact, ModuleFacts, Modules } from './moduleFacts.js';
import { walkModules, type ModuleChild } from './moduleWalk.js';
import { PickleGlobal, PickleObject, PickleTuple, type PickleDict, type PickleValue } from './pickleValues.js';
import { elementCount } from './tensor.js';
import type { TorchTensors } from './torchTensor.js';

/** Longest list or tensor that is a setting: the routes of a head, its strides. */
const MAX_LENGTH = 16;
const MAX_TEXT = 200;

/**
 * Every module by its name, the root under ''.
 * @throws FastSAMError `INVALID_CHECKPOINT` for modules that nest or multiply beyond what a network has.
 */
export function torchModules(root: PickleObject, tensors: TorchTensors): Modules {
  return walkModules(root, (module) => factsOfModule(module, tensors), childrenOf);
}

const stateOf = ({ state }: PickleObject): PickleDict | undefined => (state instanceof Map ? state : undefined);

function* childrenOf(module: PickleObject): Iterable<ModuleChild> {
  for (const [name, value] of dictOf(stateOf(module)?.get('_modules')) ?? []) {
    if (typeof name !== 'string') continue;
    if (value instanceof PickleObject) yield [name, value];
    else if (value instanceof PickleGlobal) yield [name, new Map([['class', value.name]])];
  }
}

function factsOfModule(module: PickleObject, tensors: TorchTensors): ModuleFacts {
  const facts = new Map<string, Fact>([['class', module.className.slice(0, MAX_TEXT)]]);
  for (const [key, value] of stateOf(module) ?? []) {
    if (typeof key !== 'string' || key.startsWith('_') || key === 'class') continue;
    const fact = factOf(value, tensors);
    if (fact !== undefined) facts.set(key, fact);
  }
  return facts;
}

function factOf(value: PickleValue, tensors: TorchTensors): Fact | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  if (value instanceof PickleGlobal) return value.name.slice(0, MAX_TEXT);
  if (value instanceof PickleTuple) return numbersOf(value.items);
  if (Array.isArray(value)) return numbersOf(value);
  return value instanceof PickleObject ? smallTensor(value, tensors) : undefined;
}

function numbersOf(items: readonly PickleValue[]): readonly number[] | undefined {
  if (items.length > MAX_LENGTH || !items.every((item) => typeof item === 'number')) return undefined;
  return items;
}

/** Strides of a head are a tensor that is neither parameter nor buffer. */
function smallTensor(value: PickleObject, tensors: TorchTensors): readonly number[] | undefined {
  if (!value.className.startsWith('_rebuild_tensor')) return undefined;
  const tensor = tensors.tensorOf(value, 'attribute');
  if (tensor === undefined || elementCount(tensor.shape) > MAX_LENGTH) return undefined;
  return Array.from(tensor.toFloat32());
}
