/** What the network says of every anchor, before NMS: run layer by layer, with edits in the middle where there are any. */
import * as tf from '../runtime/tfjs.js';
import { anchorTensors, boxesAt, rowsAt } from './decode.js';
import { applyEdit, editsByOutput, type Edits } from './edits.js';
import { forward, type EditOutput, type GivenValues } from './forward.js';
import { headName } from './layerNames.js';
import { checkInput, type Network } from './network.js';

/** Predictions of a batch of images before NMS. A anchors: level after level, each row by row from the left. */
export interface Predictions {
  /** [B,A,4] float32 xyxy in pixels of the network's input; not clipped. */
  readonly boxes: tf.Tensor3D;
  /** [B,A,classes] float32, 0 … 1. */
  readonly scores: tf.Tensor3D;
  /** [B,A,classes] float32: `scores` before the sigmoid. */
  readonly logits: tf.Tensor3D;
  /** [B,A,maskCoefficients] float32. */
  readonly coefficients: tf.Tensor3D;
  /** [B,H/4,W/4,maskCoefficients] float32. */
  readonly prototypes: tf.Tensor4D;
}

/** Size of the network's input in pixels. */
export interface InputSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Runs the network once, layer by layer and in float32.
 * @param input float32 [B,H,W,3], RGB 0…1, H and W multiples of the largest stride; stays the caller's.
 * @param edits by names of this network (`activationNames`).
 * @returns tensors that the caller disposes.
 * @throws FastSAMError `INVALID_ARGUMENT` for an input of another shape, and for what an edit returns or throws.
 */
export function predict(network: Network, input: tf.Tensor4D, edits: Edits = {}): Predictions {
  checkInput(network, input);
  const [, height, width] = input.shape;
  return predictFrom(network, new Map([[network.model.inputs[0], input]]), { height, width }, edits);
}

/** As `predict`, from values in the middle of the network that make up all that is needed of what lies before. */
export function predictFrom(network: Network, given: GivenValues, size: InputSize, edits: Edits = {}): Predictions {
  return tf.tidy(() => {
    const head = headOutputs(network, given, edits);
    if (!(headName(network) in edits)) return { ...predictionsOf(network, head, size) };
    return { ...predictionsOfRows(network, headRows(network, head, size, edits), head.prototypes) };
  });
}

/** What the head gives, with the distances of the boxes' sides. */
export interface HeadOutputs {
  /** [B,A,4] in bins: left, top, right, bottom. */
  readonly distances: tf.Tensor3D;
  readonly logits: tf.Tensor3D;
  readonly coefficients: tf.Tensor3D;
  readonly prototypes: tf.Tensor4D;
}

/** The outputs of the network that predictions are made of. */
export function headSymbols(network: Network): readonly tf.SymbolicTensor[] {
  const { architecture, model, outputs } = network;
  const [boxes, ...others] = model.outputs;
  return [outputs.get(architecture.family.headTensor('dfl')) ?? boxes, ...others];
}

function headOutputs(network: Network, given: GivenValues, edits: Edits): HeadOutputs {
  const symbols = headSymbols(network);
  const values = symbols.map((symbol) => given.get(symbol));
  for (const { output, value } of forward(given, symbols, editsOf(network, edits))) {
    values[symbols.indexOf(output)] = tf.clone(value);
  }
  const [distances, logits, coefficients, prototypes] = values as [...tf.Tensor3D[], tf.Tensor4D];
  return { distances, logits, coefficients, prototypes } as HeadOutputs;
}

/** The edits as `forward` takes them; none where there are none. */
export function editsOf(network: Network, edits: Edits): EditOutput | undefined {
  const byOutput = editsByOutput(network, edits);
  if (byOutput.size === 0) return undefined;
  return (output, value) => {
    const names = byOutput.get(output);
    return names && tf.tidy(() => names.reduce((current, name) => applyEdit(name, edits[name], current), value));
  };
}

/** As `tf.sigmoid`. tfjs' gradient is s·(1 − s), which loses digits where a score is near 1; σ(x)·σ(−x) keeps them. */
const scoresOf = tf.customGrad((x, save) => {
  const logits = x as tf.Tensor3D;
  (save as tf.GradSaveFunc)([logits]);
  return {
    value: tf.sigmoid(logits),
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, tf.mul(tf.sigmoid(saved), tf.sigmoid(tf.neg(saved)))),
  };
}) as (logits: tf.Tensor3D) => tf.Tensor3D;

function predictionsOf(network: Network, head: HeadOutputs, size: InputSize): Predictions {
  const { distances, logits, coefficients, prototypes } = head;
  const { centres, strides } = anchorTensors(size.height, size.width, network.architecture);
  const boxes = boxesAt(distances, centres, strides);
  return { boxes, scores: scoresOf(logits), logits, coefficients, prototypes };
}

/** The rows of the head as Ultralytics has them, see `detectionRows`, after an edit of the head. */
export function headRows(network: Network, head: HeadOutputs, { height, width }: InputSize, edits: Edits): tf.Tensor3D {
  const name = headName(network);
  return tf.tidy(() => {
    const rows = rowsAt({ ...head, classes: head.logits }, height, width, network.architecture);
    return name in edits ? (applyEdit(name, edits[name], rows) as tf.Tensor3D) : rows;
  });
}

/** Predictions of the head's rows [B, 4+classes+maskCoefficients, A]. */
export function predictionsOfRows(network: Network, rows: tf.Tensor3D, prototypes: tf.Tensor4D): Predictions {
  const { classes, maskCoefficients } = network.architecture;
  const columns = tf.transpose(rows, [0, 2, 1]);
  const [centre, size, scores, coefficients] = tf.split<tf.Tensor3D>(columns, [2, 2, classes, maskCoefficients], 2);
  const half = tf.div(size, 2);
  const boxes = tf.concat<tf.Tensor3D>([tf.sub(centre, half), tf.add(centre, half)], 2);
  const logits = tf.sub<tf.Tensor3D>(tf.log(scores), tf.log1p(tf.neg(scores)));
  return { boxes, scores, logits, coefficients, prototypes };
}
