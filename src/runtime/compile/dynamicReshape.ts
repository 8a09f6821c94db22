/** Reshape at sizes that are not known in advance. */
import { DATA_TYPE } from './graphDef.js';
import type { Precision } from '../choices.js';
import { describe, int32Constant, notCompilable, type OperationSource, type TracedValue } from './trace.js';

/**
 * The shape to give to a Reshape whose shape was [a] in one trace and [b] in another. A dimension of the result that
 * differs between the traces is dynamic:
 * - one dynamic dimension is written -1, which TensorFlow works out;
 * - further ones must be leading dimensions that the reshape leaves as they are ([B, H, W, C] to [B, H·W, C]); they are
 *   read from the input's shape when the graph runs.
 * @throws FastSAMError `NOT_COMPILABLE` for any other case.
 */
export function dynamicReshape(a: OperationSource, b: OperationSource): TracedValue {
  const [before, after] = [a.inputs[0].shape, a.outputs[0].shape];
  const [beforeB, afterB] = [b.inputs[0].shape, b.outputs[0].shape];
  const dynamic = after.flatMap((size, i) => (size === afterB[i] ? [] : [i]));
  if (after.length !== afterB.length) throw ambiguous(a, b);
  if (dynamic.length <= 1) return int32Constant(after.map((size, i) => (dynamic.includes(i) ? -1 : size)));

  let kept = 0; // leading dimensions that stay as they are, in both traces
  while (kept < after.length && before[kept] === after[kept] && beforeB[kept] === afterB[kept]) kept++;
  const rest = dynamic.filter((i) => i >= kept);
  if (rest.length > 1) throw ambiguous(a, b);
  return shapeAtRun(a, { fromInput: dynamic.filter((i) => i < kept), inferred: rest.at(0) });
}

/** Which dimensions of a new shape are only known when the graph runs. */
interface Unknowns {
  /** Those that the input has at the same index. */
  readonly fromInput: readonly number[];
  /** The one that TensorFlow works out. */
  readonly inferred: number | undefined;
}

/** Operations that put the shape together: slices of the input's shape between known numbers. */
function shapeAtRun(reshape: OperationSource, { fromInput, inferred }: Unknowns): TracedValue {
  const [input] = reshape.inputs;
  const sizes = reshape.outputs[0].shape;
  const T = { type: DATA_TYPE[input.dtype] };
  const operation = operationAt(reshape.precision);
  const shape = operation('Shape', [input], { T, out_type: INT32 }, [input.shape.length]);
  const known = (i: number): TracedValue => int32Constant([i === inferred ? -1 : sizes[i]]);
  const parts = sizes.map((_, i) =>
    fromInput.includes(i)
      ? operation('Slice', [shape, int32Constant([i]), int32Constant([1])], { T: INT32, Index: INT32 }, [1])
      : known(i),
  );
  const axis: TracedValue = { ...int32Constant([0]), shape: [] };
  return operation('ConcatV2', [...parts, axis], { N: { i: parts.length }, T: INT32, Tidx: INT32 }, [sizes.length]);
}

const INT32 = { type: DATA_TYPE.int32 } as const;

/** Makes operations with one int32 output, written in the precision of the reshape whose input they look at. */
function operationAt(precision: Precision) {
  return (
    op: string,
    inputs: TracedValue[],
    attrs: OperationSource['attrs'],
    shape: readonly number[],
  ): TracedValue => {
    const source: OperationSource = { kind: 'operation', op, attrs, inputs, outputs: [], precision };
    const value: TracedValue = { source, output: 0, dtype: 'int32', shape };
    source.outputs.push(value);
    return value;
  };
}

function ambiguous(a: OperationSource, b: OperationSource) {
  return notCompilable(
    `Reshape of ${describe(a.inputs[0])}: got the shape [${a.outputs[0].shape.join(', ')}] at the first example and ` +
      `[${b.outputs[0].shape.join(', ')}] at the second, expected at most one size that changes besides leading ones that ` +
      'the reshape leaves as they are; reshape in smaller steps, or fix a size by giving it in both examples',
  );
}
