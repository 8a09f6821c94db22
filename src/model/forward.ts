/**
 * Runs a graph of tfjs layers step by step. `LayersModel.predict` hands over final outputs only and copies its input;
 * here any output can be looked at when it is made, and every map is freed after its last use.
 */
import * as tf from '../runtime/tfjs.js';
import { withFixedSizes } from '../runtime/fixedSizes.js';

/** One output that was asked for. */
export interface ForwardStep {
  readonly output: tf.SymbolicTensor;
  /** Freed when the next step is asked for, at the latest when the run ends: `tf.clone` it to keep it. */
  readonly value: tf.Tensor;
}

/** What is given to a run in the place of outputs: the image for the graph's input, or maps in its middle. */
export type GivenValues = ReadonlyMap<tf.SymbolicTensor, tf.Tensor>;

/** Changes an output before anything uses it: gives a new tensor, and leaves the old one alone; or undefined. */
export type EditOutput = (output: tf.SymbolicTensor, value: tf.Tensor) => tf.Tensor | undefined;

/**
 * Yields each of `fetches` that is not given once, in the order in which they are made. Nothing leaks if the caller stops
 * early.
 * @param given stays the caller's. What is only needed for a given value is not computed.
 */
export function* forward(
  given: GivenValues,
  fetches: readonly tf.SymbolicTensor[],
  edit?: EditOutput,
): Generator<ForwardStep, void> {
  const wanted = new Set(fetches);
  const { order, uses } = schedule(given.keys(), fetches);
  const values = new Map([...given].map(([output, value]) => [output, tf.clone(value)]));
  const release = (output: tf.SymbolicTensor): void => {
    values.get(output)?.dispose();
    values.delete(output);
  };
  try {
    for (const output of order) {
      values.set(output, apply(output, values));
      const edited = edit?.(output, values.get(output) as tf.Tensor);
      if (edited) {
        release(output);
        values.set(output, edited);
      }
      for (const source of output.inputs) if (countDown(uses, source) === 0) release(source);
      const value = values.get(output);
      if (value && wanted.has(output)) yield { output, value };
      if (!uses.get(output)) release(output);
    }
  } finally {
    for (const value of values.values()) value.dispose();
  }
}

/** The layers' outputs on the way from what is given to `fetches`, each after its sources, and how often each is a source. */
export function schedule(
  given: Iterable<tf.SymbolicTensor>,
  fetches: readonly tf.SymbolicTensor[],
): { order: tf.SymbolicTensor[]; uses: Map<tf.SymbolicTensor, number> } {
  const order: tf.SymbolicTensor[] = [];
  const uses = new Map<tf.SymbolicTensor, number>();
  const seen = new Set(given);
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
  const layer = output.sourceLayer;
  const run = () => layer.apply(sources.length === 1 ? sources[0] : sources) as tf.Tensor;
  return tf.tidy(() => (layer.getClassName().includes('Conv') ? withFixedSizes(run) : run()));
}

function countDown(uses: Map<tf.SymbolicTensor, number>, source: tf.SymbolicTensor): number {
  const left = (uses.get(source) ?? 0) - 1;
  uses.set(source, left);
  return left;
}
