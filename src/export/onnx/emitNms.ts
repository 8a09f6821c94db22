/** Non-maximum suppression at the end of the graph, with the same choice and layout as Ultralytics' `nms=True`. */
import type { NmsLimits } from '../ports.js';
import type { Corners } from './emitBoxes.js';
import type { GraphBuilder, Value } from './graphBuilder.js';

/** What is selected from. */
export interface NmsInputs {
  readonly corners: Corners;
  /** [B,classes,A], 0…1. */
  readonly scores: Value;
  /** [B,k,A]. */
  readonly coefficients: Value;
  readonly classes: number;
  /** Values in a row of the output: 6+k. */
  readonly columns: number;
}

const PATH = '/nms';

/**
 * @param output name of the value [B,maxDet,6+k]: x1, y1, x2, y2, score, class, coefficients, by descending score of each
 *   image, zeros after the last.
 */
export function emitNms(graph: GraphBuilder, head: NmsInputs, limits: NmsLimits, output: Value): void {
  const { corners, scores, coefficients, columns } = head;
  const boxes = graph.add('Concat', `${PATH}/boxes`, [corners.leftTop, corners.rightBottom], axis(1)); // [B,4,A]
  const [score, label] = graph.addMany(
    'TopK',
    `${PATH}/best`,
    [scores, graph.ints([1])],
    [`${PATH}/score`, `${PATH}/label`], // [B,1,A] each
    { axis: 1 },
  );
  const classNumber = graph.cast(`${PATH}/Cast`, label, 'float32');
  const apart = head.classes > 1 ? offsetByClass(graph, boxes, classNumber) : boxes;
  const selected = graph.add('NonMaxSuppression', `${PATH}/NonMaxSuppression`, [
    transpose(graph, 'apart', apart),
    score,
    graph.ints([limits.maxDet]),
    graph.floats([limits.iou]),
    graph.floats([limits.conf]),
  ]); // [n,3]: image, 0, anchor; image by image, by descending score
  const every = graph.add('Concat', `${PATH}/rows`, [boxes, score, classNumber, coefficients], axis(1));
  const rows = graph.add('GatherND', `${PATH}/GatherND`, [
    transpose(graph, 'rows', every),
    graph.add('Gather', `${PATH}/anchors`, [selected, graph.ints([0, 2])], axis(1)),
  ]); // [n,6+k]
  scatterRows(graph, { rows, selected, boxes, shape: [limits.maxDet, columns] }, output);
}

const axis = (number: number) => ({ attributes: { axis: number } });

/** [B,C,A] -> [B,A,C]. */
function transpose(graph: GraphBuilder, name: string, value: Value): Value {
  return graph.add('Transpose', `${PATH}/${name}/Transpose`, [value], { attributes: { perm: [0, 2, 1] } });
}

/** Moves the boxes of each class by a span of their own, so that only boxes of one class overlap. */
function offsetByClass(graph: GraphBuilder, boxes: Value, classNumber: Value): Value {
  const bound = (op: 'ReduceMax' | 'ReduceMin'): Value =>
    graph.add(op, `${PATH}/${op}`, [boxes], { attributes: { keepdims: 0 } });
  const span = graph.add('Sub', `${PATH}/span`, [bound('ReduceMax'), bound('ReduceMin')]);
  const distance = graph.add('Add', `${PATH}/distance`, [span, graph.floats([1], [])]);
  const offset = graph.add('Mul', `${PATH}/Mul`, [classNumber, distance]);
  return graph.add('Add', `${PATH}/Add`, [boxes, offset]);
}

/** Puts the selected rows into their images' tables. */
function scatterRows(
  graph: GraphBuilder,
  found: { rows: Value; selected: Value; boxes: Value; shape: readonly [number, number] },
  output: Value,
): void {
  const { rows, selected, boxes, shape } = found;
  const batch = graph.add('Slice', `${PATH}/batch`, [
    graph.add('Shape', `${PATH}/Shape_1`, [boxes]),
    graph.ints([0]),
    graph.ints([1]),
  ]); // [1]
  const image = graph.add('Gather', `${PATH}/image`, [selected, graph.ints([0], [])], axis(1)); // [n]
  const rank = emitRank(graph, selected, image, batch);
  const indices = graph.add(
    'Concat',
    `${PATH}/indices`,
    [column(graph, 'image', image), column(graph, 'rank', rank)],
    axis(1),
  );
  const size = graph.add('Concat', `${PATH}/size`, [batch, graph.ints(shape)], axis(0));
  const zeros = graph.add('Expand', `${PATH}/zeros`, [graph.floats([0]), size]);
  graph.add('ScatterND', `${PATH}/ScatterND`, [zeros, indices, rows], { output });
}

/** [n] -> [n,1]. */
function column(graph: GraphBuilder, name: string, value: Value): Value {
  return graph.add('Unsqueeze', `${PATH}/${name}/Unsqueeze`, [value, graph.ints([1])]);
}

/** Which of its image's rows each row is, [n]: its index in the list, less the rows of the images before. */
function emitRank(graph: GraphBuilder, selected: Value, image: Value, batch: Value): Value {
  const [zero, one] = [graph.ints([0], []), graph.ints([1], [])];
  const count = graph.add('Gather', `${PATH}/count`, [graph.add('Shape', `${PATH}/Shape_2`, [selected]), zero]);
  const ranks = graph.add('Range', `${PATH}/places`, [zero, count, one]);
  const images = graph.add('Range', `${PATH}/images`, [zero, graph.add('Squeeze', `${PATH}/Squeeze`, [batch]), one]);
  const before = graph.add('Less', `${PATH}/Less`, [image, column(graph, 'images', images)]); // [B,n]
  const starts = graph.add(
    'ReduceSum',
    `${PATH}/ReduceSum`,
    [graph.cast(`${PATH}/Cast_1`, before, 'int64'), graph.ints([1])],
    { attributes: { keepdims: 0 } },
  ); // [B]
  return graph.add('Sub', `${PATH}/Sub`, [ranks, graph.add('Gather', `${PATH}/start`, [starts, image])]);
}
