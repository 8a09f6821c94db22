/** The modules of a pickled network: their classes, and what their attributes say that is no tensor. */
import { invalid } from './byteView.js';
import { dictOf } from './collect.js';
import type { Fact, ModuleFacts, Modules } from './moduleFacts.js';
import { PickleGlobal, PickleObject, PickleTuple, type PickleDict, type PickleValue } from './pickleValues.js';
import { elementCount } from './tensor.js';
import type { TorchTensors } from './torchTensor.js';

/** YOLOv8x has some 500 modules; a file may share and loop its objects as it likes. */
const MAX_MODULES = 20_000;
const MAX_DEPTH = 64;
/** Longest list or tensor that is a setting: the routes of a head, its strides. */
const MAX_LENGTH = 16;
const MAX_TEXT = 200;
const MAX_NAME_LENGTH = 512;

/**
 * Every module by its name, the root under ''.
 * @throws FastSAMError `INVALID_CHECKPOINT` for modules that nest or multiply beyond what a network has.
 */
export function torchModules(root: PickleObject, tensors: TorchTensors): Modules {
  const found = new Map<string, ModuleFacts>();
  const visit = (module: PickleObject, name: string, depth: number): void => {
    if (depth > MAX_DEPTH || found.size >= MAX_MODULES || name.length > MAX_NAME_LENGTH) {
      throw invalid('checkpoint: its modules nest too deep or are too many; refused as hostile');
    }
    const state = module.state instanceof Map ? module.state : new Map<PickleValue, PickleValue>();
    found.set(name, factsOfState(module.className, state, tensors));
    for (const [child, value] of dictOf(state.get('_modules')) ?? []) {
      if (typeof child !== 'string') continue;
      const path = name === '' ? child : `${name}.${child}`;
      if (value instanceof PickleObject) visit(value, path, depth + 1);
      else if (value instanceof PickleGlobal) found.set(path, new Map([['class', value.name]]));
    }
  };
  visit(root, '', 0);
  return found;
}

function factsOfState(className: string, state: PickleDict, tensors: TorchTensors): ModuleFacts {
  const facts = new Map<string, Fact>([['class', className.slice(0, MAX_TEXT)]]);
  for (const [key, value] of state) {
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
