/** Outputs of layers in half precision: as the compiled graph of `segment` computes them. */
import * as tf from '../runtime/tfjs.js';
import { choosePrecision, encodeGraph } from '../runtime/compile/compile.js';
import { loadGraph } from '../runtime/compile/loadGraph.js';
import { keepFloat32 } from '../runtime/compile/precision.js';
import type { Precision } from '../runtime/choices.js';
import { onDevice } from '../runtime/onDevice.js';
import { expectedDistances } from '../layers/dfl.js';
import { detectionRows } from './decode.js';
import { forward } from './forward.js';
import { activationNames, checkLayerNames, headName } from './layerNames.js';
import { checkInput, type Network, type RawOutputs } from './network.js';

/**
 * As `activations`, in another precision than float32. A graph is compiled for each call, which takes a second or two.
 * The tensors are float32 and hold what the graph computed.
 * @param input float32 [B,H,W,3]. Bytes divided by 255 are fed as bytes, as in `segment`; others are floats there, too.
 * @throws FastSAMError `UNKNOWN_NAME`, `DEVICE_UNAVAILABLE`.
 */
export async function compiledActivations(
  network: Network,
  input: tf.Tensor4D,
  names: readonly string[],
  precision: Precision,
): Promise<Record<string, tf.Tensor>> {
  checkInput(network, input);
  checkLayerNames('activations', names, activationNames(network));
  await onDevice(() => choosePrecision(precision));
  const bytes = onDevice(() =>
    tf.tidy((): tf.Tensor => tf.cast(tf.clipByValue(tf.round(tf.mul(input, 255)), 0, 255), 'int32')),
  );
  const back = onDevice(() => tf.tidy((): tf.Tensor => tf.div(tf.cast(bytes, 'float32'), 255)));
  const floats = !(await isSame(back, input));
  const image = onDevice(() => tf.clone(floats ? input : bytes));
  bytes.dispose();
  const [, height, width] = input.shape;
  // Keys of the graph's outputs: names may hold what TensorFlow's may not.
  const keys = names.map((_, i) => `output${i}`);
  const f = ({ image: x }: { image: tf.Tensor }): Record<string, tf.Tensor> => {
    const values = outputsOf(network, floats ? x : tf.div(tf.cast(x, 'float32'), 255), names, { height, width });
    return Object.fromEntries(values.map((value, i) => [keys[i], value]));
  };
  try {
    const graph = await onDevice(() =>
      loadGraph<{ image: tf.Tensor }, Record<string, tf.Tensor>>(
        encodeGraph(f, [{ image }], { precision, uint8: floats ? [] : ['image'] }),
      ),
    );
    try {
      const values = onDevice(() => graph.run({ image }));
      return Object.fromEntries(names.map((name, i) => [name, values[keys[i]]]));
    } finally {
      graph.dispose();
    }
  } finally {
    image.dispose();
  }
}

/** The outputs of some names, in their order. Distances and rows are made in float32 of the raw outputs, as in `segment`. */
function outputsOf(
  { architecture, model, outputs }: Network,
  input: tf.Tensor,
  names: readonly string[],
  { height, width }: { readonly height: number; readonly width: number },
): tf.Tensor[] {
  const decoded = [headName({ architecture }), architecture.family.headTensor('dfl')];
  const plain = names.filter((name) => !decoded.includes(name));
  const raw = plain.length < names.length ? model.outputs : [];
  const asked = plain.flatMap((name) => outputs.get(name) ?? []);
  const values = new Map<tf.SymbolicTensor, tf.Tensor>();
  for (const { output, value } of forward(new Map([[model.inputs[0], input]]), [...asked, ...raw])) {
    values.set(output, tf.clone(value));
  }
  return names.map((name) => {
    const output = outputs.get(name);
    if (output && !decoded.includes(name)) return tf.clone(values.get(output) as tf.Tensor4D);
    const [boxes, classes, coefficients, prototypes] = raw.map((symbol) => values.get(symbol));
    const rows = { boxes, classes, coefficients, prototypes } as RawOutputs;
    return keepFloat32(() =>
      output ? expectedDistances(rows.boxes, architecture.regMax) : detectionRows(rows, height, width, architecture),
    );
  });
}

/** Whether two tensors hold the same values; the first is disposed. */
async function isSame(a: tf.Tensor, b: tf.Tensor): Promise<boolean> {
  const [first, second] = [await a.data(), await b.data()];
  a.dispose();
  return first.every((value, i) => value === second[i]);
}
