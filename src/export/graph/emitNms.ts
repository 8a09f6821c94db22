/** Non-maximum suppression as part of a graph. */
import { DATA_TYPE } from '../../runtime/compile/graphDef.js';
import type { NmsLimits } from '../ports.js';
import { scalar, type Corners } from './emitDecode.js';
import { FLOAT, INT, type Edge, type GraphWriter } from './graphWriter.js';

/** What the head says of one image. */
export interface NmsInputs extends Corners {
  /** Class scores [1,A,classes], 0…1. */
  readonly scores: Edge;
  readonly classes: number;
  /** [1,A,k]. */
  readonly coefficients: Edge;
  readonly k: number;
}

/**
 * The objects of one image by descending score.
 * @returns [1,maxDet,6+k]: x1, y1, x2, y2 (pixels of the input), score, class, coefficients; zeros after the last object.
 */
export function emitNms(graph: GraphWriter, head: NmsInputs, { conf, iou, maxDet }: NmsLimits): Edge {
  const { classes, k } = head;
  const boxes = graph.reshape('nms/boxes', graph.concat('nms/corners', [head.leftTop, head.rightBottom], 2), [-1, 4]);
  const probabilities = graph.reshape('nms/scores', head.scores, [-1, classes]);
  const score = graph.add('Max', 'nms/score', [probabilities, graph.ints([1])], {
    Tidx: INT,
    keep_dims: { b: true },
  });
  const best = graph.add('ArgMax', 'nms/class', [probabilities, graph.ints(1)], { Tidx: INT, output_type: INT });
  const label = graph.reshape(
    'nms/label',
    graph.addPlain('Cast', 'nms/classNumber', [best], { SrcT: INT, DstT: FLOAT }),
    [-1, 1],
  );
  const kept = graph.add('NonMaxSuppressionV3', 'nms/kept', [
    classes > 1 ? offsetByClass(graph, boxes, label) : boxes,
    graph.reshape('nms/scoreList', score, [-1]),
    graph.ints(maxDet),
    scalar(graph, 'nms/iou', iou),
    scalar(graph, 'nms/conf', conf),
  ]);
  const coefficients = graph.reshape('nms/coefficients', head.coefficients, [-1, k]);
  const rows = graph.concat('nms/rows', [boxes, score, label, coefficients], 1);
  const objects = graph.addPlain('GatherV2', 'nms/objects', [rows, kept, graph.ints(0)], {
    Tparams: FLOAT,
    Tindices: INT,
    Taxis: { type: DATA_TYPE.int32 },
    batch_dims: { i: 0 },
  });
  const columns = 6 + k;
  const empty = graph.floats('nms/empty', new Float32Array(maxDet * columns), [maxDet, columns]);
  const filled = graph.concat('nms/filled', [objects, empty], 0);
  return graph.reshape('nms/result', graph.slice('nms/first', filled, [0, 0], [maxDet, columns]), [1, maxDet, columns]);
}

/** Moves the boxes of each class by a span of their own, so that only boxes of one class overlap. */
function offsetByClass(graph: GraphWriter, boxes: Edge, label: Edge): Edge {
  const bound = (op: 'Max' | 'Min'): Edge =>
    graph.add(op, `nms/${op.toLowerCase()}`, [boxes, graph.ints([0, 1])], { Tidx: INT, keep_dims: { b: false } });
  const span = graph.add('Sub', 'nms/span', [bound('Max'), bound('Min')]);
  const shift = graph.add('Mul', 'nms/shift', [
    label,
    graph.add('AddV2', 'nms/distance', [span, scalar(graph, 'nms/one', 1)]),
  ]);
  return graph.add('AddV2', 'nms/shifted', [boxes, shift]);
}
