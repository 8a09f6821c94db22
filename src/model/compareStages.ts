/** The stages after the network beside a reference's. */
import type * as tf from '../runtime/tfjs.js';
import { FastSAMError } from '../errors.js';
import { takeRows } from '../geometry/rows.js';
import type { Mask } from '../mask/mask.js';
import { decodeRle } from '../mask/rle.js';
import { intersectionArea } from '../mask/setOps.js';
import type { RawAnchors } from './detector.js';
import type { LayerDifference } from './layerDifference.js';
import type { Network } from './network.js';
import { broken, stageArray, STAGE_PREFIX, type LayerReference } from './referenceFile.js';
import {
  decodedArrays,
  geometryOf,
  imageBoxes,
  keptAnchors,
  logitsOf,
  masksOf,
  type StageSettings,
} from './referenceStages.js';

/** The names of the stages' arrays in a file, in the order of computation. */
const DECODED = ['boxes', 'scores', 'coefficients', 'prototypes'] as const;

/**
 * A row for each stage. The outputs of the network are those of this network; each further stage gets the reference's own
 * arrays, so that a fault stays where it is.
 * @param input [1,H,W,3]; stays the caller's.
 * @throws FastSAMError `INVALID_CHECKPOINT` for arrays that do not fit together, `CHECKPOINT_MISMATCH` for those of another
 *   network.
 */
export async function* eachStageDifference(
  network: Network,
  input: tf.Tensor4D,
  reference: LayerReference,
  settings: StageSettings,
): AsyncGenerator<LayerDifference, void> {
  const ours = await decodedArrays(network, input);
  const { given, shapes } = readDecoded(reference);
  for (const name of DECODED) {
    yield numbers(name, shapes[name], valuesOf(ours, name), valuesOf(given, name));
  }
  const anchors = given.boxes.length / 4;
  const kept = stageArray(reference, 'kept', [null]).values;
  if (!kept.every((anchor) => Number.isInteger(anchor) && anchor >= 0 && anchor < anchors)) {
    throw broken(`'${STAGE_PREFIX}kept' with an anchor outside of 0 … ${anchors - 1}`);
  }
  yield keptRow(keptAnchors(given, settings), kept);

  const { height, width, k } = given.prototypes;
  const n = kept.length;
  const logits = stageArray(reference, 'logits', [n, height, width]);
  const coefficients = takeRows(given.coefficients, kept, k);
  yield numbers('logits', logits.shape, await logitsOf(given.prototypes, coefficients), logits.values);

  const boxes = stageArray(reference, 'image_boxes', [n, 4]);
  const [, netHeight, netWidth] = input.shape;
  const geometry = geometryOf(settings, [netHeight, netWidth]);
  yield numbers(
    'image_boxes',
    boxes.shape,
    imageBoxes(takeRows(given.boxes, kept, 4), geometry, settings),
    boxes.values,
  );

  const masks = masksOf(logits.values, boxes.values, given.prototypes, geometry, settings);
  yield maskRow(masks, readMasks(reference, n, settings.image), settings.image);
}

function readDecoded(reference: LayerReference): {
  readonly given: RawAnchors;
  readonly shapes: Readonly<Record<(typeof DECODED)[number], readonly number[]>>;
} {
  const boxes = stageArray(reference, 'boxes', [null, 4]);
  const anchors = boxes.shape[0];
  const scores = stageArray(reference, 'scores', [anchors, null]);
  const coefficients = stageArray(reference, 'coefficients', [anchors, null]);
  const prototypes = stageArray(reference, 'prototypes', [null, null, coefficients.shape[1]]);
  const [height, width, k] = prototypes.shape;
  if (anchors === 0 || scores.shape[1] === 0) throw broken(`'${STAGE_PREFIX}scores' without a value`);
  return {
    given: {
      boxes: boxes.values,
      scores: scores.values,
      coefficients: coefficients.values,
      prototypes: { data: prototypes.values, height, width, k },
    },
    shapes: {
      boxes: boxes.shape,
      scores: scores.shape,
      coefficients: coefficients.shape,
      prototypes: prototypes.shape,
    },
  };
}

const valuesOf = (arrays: RawAnchors, name: (typeof DECODED)[number]): Float32Array =>
  name === 'prototypes' ? arrays.prototypes.data : arrays[name];

function numbers(name: string, shape: readonly number[], found: Float32Array, expected: Float32Array): LayerDifference {
  if (found.length !== expected.length) {
    throw new FastSAMError(
      'CHECKPOINT_MISMATCH',
      `reference: got ${expected.length} values of ${STAGE_PREFIX}${name}, expected ${found.length} as in the network; ` +
        'use the reference of this checkpoint',
    );
  }
  let maxAbs = 0;
  let maxRef = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(found[i] - expected[i]);
    if (!(distance <= maxAbs)) maxAbs = distance;
    if (Number.isNaN(maxAbs)) break;
    maxRef = Math.max(maxRef, Math.abs(expected[i]));
  }
  return rowOf(name, shape, expected.length, maxAbs, maxRef);
}

/** Anchors that only one of both keeps; if there is none, those at other places of the order. */
function keptRow(found: Int32Array, expected: Float32Array): LayerDifference {
  const [ours, theirs] = [new Set(found), new Set(expected)];
  const alone = [...found, ...expected].filter((anchor) => ours.has(anchor) !== theirs.has(anchor)).length;
  const moved = Array.from(found).filter((anchor, i) => anchor !== expected[i]).length;
  return rowOf('kept', [expected.length], expected.length, alone || moved, expected.length);
}

function maskRow(
  found: readonly Mask[],
  expected: readonly Mask[],
  [height, width]: readonly [number, number],
): LayerDifference {
  const each = expected.map((mask, i) => {
    const differing = mask.area + found[i].area - 2 * intersectionArea(mask, found[i]);
    return { differing, area: mask.area, share: differing / (mask.area || 1) };
  });
  const { differing, area } = each.reduce(
    (a, b) => (b.share > a.share || (b.share === a.share && b.area > a.area) ? b : a),
    NO_MASK,
  );
  const shape = [expected.length, height, width];
  return rowOf('masks', shape, expected.length * height * width, differing, area);
}

function rowOf(
  name: string,
  shape: readonly number[],
  values: number,
  maxAbs: number,
  maxRef: number,
): LayerDifference {
  return { layer: STAGE_PREFIX + name, shape, values, maxAbs, maxRef, relative: maxAbs / (maxRef || 1) };
}

const NO_MASK = { differing: 0, area: 0, share: 0 };

function readMasks(reference: LayerReference, n: number, size: readonly [number, number]): Mask[] {
  const lengths = stageArray(reference, 'mask_lengths', [n]).values;
  const counts = stageArray(reference, 'mask_counts', [null]).values;
  let at = 0;
  return Array.from(lengths, (length) => {
    if (!Number.isInteger(length) || length < 0 || at + length > counts.length) {
      throw broken(`'${STAGE_PREFIX}mask_lengths' that do not add up to the counts`);
    }
    const own = Array.from(counts.subarray(at, at + length));
    at += length;
    try {
      return decodeRle({ size, counts: own });
    } catch (error) {
      throw broken(`'${STAGE_PREFIX}mask_counts' that are no run lengths of ${size.join(' x ')}`, error);
    }
  });
}
