/**
 * Frees a trace from the sizes of its example. The same function is traced at two examples of different sizes; where the
 * traces differ, a size was written down as a number. Each such number is either replaced so that it holds at every size, or
 * refused: a graph that is wrong at other sizes is never made.
 */
import { dynamicReshape } from './dynamicReshape.js';
import {
  describe,
  int32Constant,
  notCompilable,
  type ConstantSource,
  type OperationSource,
  type Trace,
  type TracedValue,
} from './trace.js';

/** How many values an output of these has depends on the values of their inputs, not only on their shapes. */
const DATA_SIZED: ReadonlySet<string> = new Set([
  'NonMaxSuppressionV2',
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
  'Unique',
  'UniqueV2',
  'Where',
]);

/**
 * Rewrites `a` in place so that it holds for every size, going by its differences from `b`.
 * @throws FastSAMError `NOT_COMPILABLE` where it cannot be known what the size means.
 */
export function makeDimsDynamic(a: Trace, b: Trace): void {
  if (a.operations.length !== b.operations.length) {
    throw notCompilable(
      `the function took ${a.operations.length} operations at the first example and ${b.operations.length} at the ` +
        'second, expected the same ones; it must not branch on sizes',
    );
  }
  const counterpart = new Map<OperationSource, OperationSource>();
  a.operations.forEach((operation, i) => {
    matchOperation(operation, b.operations[i], counterpart);
    counterpart.set(operation, b.operations[i]);
  });
  for (const [name, value] of a.outputs) {
    const other = b.outputs.get(name);
    if (!other || !sameOrigin(value, other, counterpart)) throw differing(`output "${name}"`, value, other);
  }
}

/**
 * Checks a function that was traced at one example only, which is fixed in every size.
 * @throws FastSAMError `NOT_COMPILABLE` when a size depends on data.
 */
export function checkFixedSizes({ operations }: Trace): void {
  const operation = operations.find(({ op }) => DATA_SIZED.has(op));
  if (operation) throw dataSized(operation, 'one example');
}

function matchOperation(
  a: OperationSource,
  b: OperationSource,
  counterpart: ReadonlyMap<OperationSource, OperationSource>,
): void {
  if (a.op !== b.op || a.inputs.length !== b.inputs.length || a.precision !== b.precision) {
    throw notCompilable(
      `the function executed ${a.op} at the first example where it executed ${b.op} at the second, expected the same; ` +
        'it must not branch on sizes',
    );
  }
  if (DATA_SIZED.has(a.op) && sameList(a.outputs[0].shape, b.outputs[0].shape)) {
    throw dataSized(a, 'two examples that give the same number');
  }
  for (const [name, value] of Object.entries(a.attrs)) {
    const [first, second] = [value, b.attrs[name]].map((attr) => JSON.stringify(attr));
    if (first === second) continue;
    throw notCompilable(
      `attribute "${name}" of ${a.op}: got ${first} at the first example and ${second} at the second, expected the same; ` +
        'use an operation that does not name a size',
    );
  }
  a.inputs.forEach((value, i) => {
    const other = b.inputs[i];
    if (!sameOrigin(value, other, counterpart)) a.inputs[i] = dynamicInput(a, b, i);
  });
}

/** Whether two values came about in the same way. */
function sameOrigin(
  a: TracedValue,
  b: TracedValue,
  counterpart: ReadonlyMap<OperationSource, OperationSource>,
): boolean {
  if (a.output !== b.output || a.dtype !== b.dtype) return false;
  const [x, y] = [a.source, b.source];
  if (x.kind === 'operation') return counterpart.get(x) === y;
  if (x.kind === 'input') return y.kind === 'input' && x.name === y.name;
  return y.kind === 'constant' && sameList(a.shape, b.shape) && (x === y || sameValues(x, y));
}

/** What to put for an input that is a different constant in each trace. */
function dynamicInput(a: OperationSource, b: OperationSource, index: number): TracedValue {
  const [first, second] = [a.inputs[index], b.inputs[index]];
  if (first.source.kind === 'constant' && second.source.kind === 'constant') {
    if (a.op === 'Reshape' && index === 1) return dynamicReshape(a, b);
    const size = a.op === 'Slice' && index === 2 ? dynamicSlice(a, b) : undefined;
    if (size) return size;
  }
  throw differing(`input ${index} of ${a.op}`, first, second);
}

/** A slice that ends where the tensor ends, in both traces, does so at every size: TensorFlow's -1. */
function dynamicSlice(a: OperationSource, b: OperationSource): TracedValue | undefined {
  const [sizeA, sizeB] = [a, b].map(({ inputs }) => constantInts(inputs[2]));
  const [beginA, beginB] = [a, b].map(({ inputs }) => constantInts(inputs[1]));
  if (!sizeA || !sizeB || !beginA || !beginB) return undefined;
  const reachesEnd = (i: number): boolean =>
    beginA[i] + sizeA[i] === a.inputs[0].shape[i] && beginB[i] + sizeB[i] === b.inputs[0].shape[i];
  const sizes = sizeA.map((size, i) => (size === sizeB[i] ? size : reachesEnd(i) ? -1 : undefined));
  if (!sizes.every((size) => size !== undefined)) return undefined;
  return int32Constant(sizes);
}

const constantInts = ({ source }: TracedValue): number[] | undefined =>
  source.kind === 'constant' ? Array.from(source.values) : undefined;

function sameValues(a: ConstantSource, b: ConstantSource): boolean {
  return a.values.length === b.values.length && sameList(a.values, b.values);
}

function sameList(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function differing(what: string, a: TracedValue, b: TracedValue | undefined) {
  return notCompilable(
    `${what}: got ${describe(a)} at the first example and ${b ? describe(b) : 'nothing'} at the second, expected the same ` +
      'at every size; make it an input of the graph, or use an operation that does not name a size',
  );
}

function dataSized({ op, outputs }: OperationSource, got: string) {
  return notCompilable(
    `${op}: got ${got} (output [${outputs[0].shape.join(', ')}]), expected two examples at which it gives different ` +
      'numbers of values, so that it shows what depends on that number',
  );
}
