/**
 * Runs a graph of tfjs layers step by step. `LayersModel.predict` hands over final outputs only and copies its input;
 * here any output can be looked at when it is made, and every map is freed after its last use.
 */
import * as tf from '../runtime/tfjs.js';

/** One output that was asked for. */
export interface ForwardStep {
  readonly output: tf.SymbolicTensor;
  /** Freed when the next step is asked for, at the latest when the run ends: `tf.clone` it to keep it. */
  readonly value: tf.Tensor;
}

/**
 * Yields each of `fetches` once, in the order in which they are made. Nothing leaks if the caller stops early.
 * @param input the graph's input, for which `image` is put in; `image` stays the caller's.
 */
export function* forward(
  input: tf.SymbolicTensor,
  fetches: readonly tf.SymbolicTensor[],
  image: tf.Tensor,
): Generator<ForwardStep, void> {
  const wanted = new Set(fetches);
  const { order, uses } = schedule(input, fetches);
  const values = new Map<tf.SymbolicTensor, tf.Tensor>([[input, tf.clone(image)]]);
  const release = (output: tf.SymbolicTensor): void => {
    values.get(output)?.dispose();
    values.delete(output);
  };
  try {
    for (const output of order) {
      values.set(output, apply(output, values));
      for (const source of output.inputs) if (countDown(uses, source) === 0) release(source);
      const value = values.get(output);
      if (value && wanted.has(output)) yield { output, value };
      if (!uses.get(output)) release(output);
    }
  } finally {
    for (const value of values.values()) value.dispose();
  }
}

/** The layers' outputs on the way to `fetches`, each after its sources, and how often each is a source. */
export function schedule(
  input: tf.SymbolicTensor,
  fetches: readonly tf.SymbolicTensor[],
): { order: tf.SymbolicTensor[]; uses: Map<tf.SymbolicTensor, number> } {
  const order: tf.SymbolicTensor[] = [];
  const uses = new Map<tf.SymbolicTensor, number>();
  const seen = new Set([input]);
  const visit = (output: tf.SymbolicTensor): void => {
    if (seen.has(output)) return;
    seen.add(output);
    for (const source of output.inputs) {
      uses.set(source, (uses.get(source) ?? 0) + 1);
      visit(source);
    }
    order.push(output);
  };
  fetches.forEach(visit);
  return { order, uses };
}

function apply(output: tf.SymbolicTensor, values: ReadonlyMap<tf.SymbolicTensor, tf.Tensor>): tf.Tensor {
  const sources = output.inputs.flatMap((source) => values.get(source) ?? []);
  return tf.tidy(() => output.sourceLayer.apply(sources.length === 1 ? sources[0] : sources) as tf.Tensor);
}

function countDown(uses: Map<tf.SymbolicTensor, number>, source: tf.SymbolicTensor): number {
  const left = (uses.get(source) ?? 0) - 1;
  uses.set(source, left);
  return left;
}
