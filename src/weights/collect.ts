/**
 * From the object that a torch file holds to named tensors. Pickled modules of any version are walked by the fields that
 * every `nn.Module` has; nothing depends on which classes they are. A file may share and loop its objects as it likes:
 * the walk counts its steps.
 */
import { invalid, unsupported } from './byteView.js';
import { PickleObject, type PickleDict, type PickleValue } from './pickleValues.js';
import { elementCount, type StateDict, type WeightTensor } from './tensor.js';
import type { TorchTensors } from './torchTensor.js';

/** The tensors of a file, and the pickled model that they come from, where there is one. */
export interface Collected {
  readonly source: 'ema' | 'model' | 'state_dict';
  readonly tensors: StateDict;
  readonly module: PickleObject | undefined;
}

/** Where training scripts put the weights, best first: Ultralytics prefers the averaged weights, and so do we. */
const PARTS = [
  ['ema', 'ema'],
  ['model', 'model'],
  ['state_dict', 'state_dict'],
  ['model_state_dict', 'state_dict'],
] as const;

/** Deepest nesting of modules; YOLOv8's is 6. */
const MAX_DEPTH = 64;
/** Entries looked at; YOLOv8x has some 2,000. */
const MAX_STEPS = 100_000;
const MAX_TENSORS = 20_000;
const MAX_NAME_LENGTH = 512;
/** Tensors may share storages, but all together may not be more than so many times as large as what they lie in. */
const MAX_SHARING = 4;
const SHARING_SLACK = 2 ** 20;

/**
 * Finds the weights in a file's object: a pickled module, a TorchScript module, a dict of tensors, or a dict that holds
 * one of these under `ema`, `model`, `state_dict` or `model_state_dict`.
 * @throws FastSAMError `UNSUPPORTED_CHECKPOINT` when there are none; `INVALID_CHECKPOINT` when tensors are inconsistent.
 */
export function collectTensors(root: PickleValue, tensors: TorchTensors): Collected {
  const { source, part } = selectPart(root);
  const walk = new TensorWalk(tensors);
  const module = part instanceof PickleObject && part.className !== 'OrderedDict' ? part : undefined;
  if (module !== undefined) walk.module(module, '', 0);
  else walk.stateDict(part);
  if (walk.found.size === 0) {
    throw unsupported(
      'checkpoint: got no model and no named tensors in it, expected an Ultralytics model (`ema` or `model`) ' +
        'or a state_dict; save one of these',
    );
  }
  walk.checkSharing();
  return { source, tensors: walk.found, module };
}

function selectPart(root: PickleValue): { source: Collected['source']; part: PickleObject | PickleDict } {
  const dict = dictOf(root);
  if (dict === undefined) {
    if (root instanceof PickleObject) return { source: 'model', part: root };
    throw unsupported('checkpoint: got neither a model nor a dict in it, expected one of these');
  }
  for (const [key, source] of PARTS) {
    const part = dict.get(key);
    if (part instanceof PickleObject || part instanceof Map) return { source, part };
  }
  return { source: 'state_dict', part: dict };
}

/** The entries of a dict or of an object that is one, such as an OrderedDict. */
export function dictOf(value: PickleValue | undefined): PickleDict | undefined {
  if (value instanceof Map) return value;
  if (!(value instanceof PickleObject)) return undefined;
  return value.entries ?? (value.className === 'OrderedDict' ? new Map<PickleValue, PickleValue>() : undefined);
}

class TensorWalk {
  readonly found = new Map<string, WeightTensor>();
  #steps = 0;

  readonly #tensors: TorchTensors;

  constructor(tensors: TorchTensors) {
    this.#tensors = tensors;
  }

  /** A dict from names to tensors; entries of other kinds are passed over. */
  stateDict(part: PickleObject | PickleDict): void {
    for (const [name, value] of this.#entries(dictOf(part))) this.#add(name, value);
  }

  module(module: PickleObject, prefix: string, depth: number): void {
    if (depth > MAX_DEPTH) throw invalid(`checkpoint: its modules nest deeper than ${MAX_DEPTH}; refused`);
    if (!(module.state instanceof Map)) return;
    if (module.moduleName.startsWith('__torch__')) {
      this.#attributes(module.state, prefix, depth);
      return;
    }
    const unsaved = namesIn(module.state.get('_non_persistent_buffers_set'));
    for (const [name, value] of this.#field(module.state, '_parameters')) this.#add(prefix + name, value);
    for (const [name, value] of this.#field(module.state, '_buffers')) {
      if (!unsaved.has(name)) this.#add(prefix + name, value);
    }
    for (const [name, value] of this.#field(module.state, '_modules')) this.#child(prefix + name, value, depth);
  }

  /** Compares what the tensors would take with what is there, before anybody converts them. */
  checkSharing(): void {
    let elements = 0;
    for (const tensor of this.found.values()) elements += elementCount(tensor.shape);
    if (elements > MAX_SHARING * this.#tensors.storageBytes + SHARING_SLACK) {
      throw invalid(
        `checkpoint: its tensors have ${elements} elements in ${this.#tensors.storageBytes} bytes; refused as hostile`,
      );
    }
  }

  /** TorchScript keeps parameters, buffers and sub-modules alike as attributes. */
  #attributes(state: PickleDict, prefix: string, depth: number): void {
    for (const [name, value] of this.#entries(state)) {
      if (!this.#add(prefix + name, value)) this.#child(prefix + name, value, depth);
    }
  }

  #child(name: string, value: PickleValue, depth: number): void {
    if (value instanceof PickleObject) this.module(value, `${name}.`, depth + 1);
  }

  #field(state: PickleDict, field: string): Iterable<[string, PickleValue]> {
    return this.#entries(dictOf(state.get(field)));
  }

  *#entries(dict: PickleDict | undefined): Iterable<[string, PickleValue]> {
    for (const [name, value] of dict ?? []) {
      if (++this.#steps > MAX_STEPS)
        throw invalid(`checkpoint: got more than ${MAX_STEPS} entries in its modules; refused`);
      if (typeof name === 'string') yield [name, value];
    }
  }

  #add(name: string, value: PickleValue): boolean {
    if (name.length > MAX_NAME_LENGTH) throw invalid(`checkpoint: got a name of ${name.length} characters; refused`);
    const tensor = this.#tensors.tensorOf(value, name);
    if (tensor === undefined) return false;
    if (this.found.size >= MAX_TENSORS) throw invalid(`checkpoint: got more than ${MAX_TENSORS} tensors; refused`);
    this.found.set(name, tensor);
    return true;
  }
}

/** The strings in a Python set, which protocol 2 writes as a call of `set` with a list. */
function namesIn(value: PickleValue | undefined): ReadonlySet<PickleValue> {
  if (value instanceof Set) return value;
  const list = value instanceof PickleObject ? value.args[0] : undefined;
  return new Set(Array.isArray(list) ? list : []);
}
