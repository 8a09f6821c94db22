/** Boxes from DFL logits, in float32, as operations of the graph. The counterpart of src/model/decode.ts. */
import { anchorGrid } from '../../model/decode.js';
import { STRIDES } from '../../model/table.js';
import { DFL_WEIGHT } from '../../model/names.js';
import type { GraphBuilder, Value } from './graphBuilder.js';

/** Where anchors stand, as values of the graph. */
interface AnchorValues {
  /** [1,2,A]: x, y of each cell's centre, pixels of the input. */
  readonly centres: Value;
  /** [1,1,A], pixels. */
  readonly strides: Value;
}

/** Opposite corners of every box, [B,2,A] each, pixels of the input. */
export interface Corners {
  readonly leftTop: Value;
  readonly rightBottom: Value;
}

const HEAD = '/model.22';

/** The size of the input: fixed, or read from the maps of the three levels when the graph runs. */
export type InputSize =
  | { readonly height: number; readonly width: number }
  | {
      /** [B,C,H/s,W/s], strides s = 8, 16, 32. */
      readonly levels: readonly Value[];
    };

/** @param logits [B,4·regMax,A] float32. */
export function emitCorners(graph: GraphBuilder, logits: Value, regMax: number, size: InputSize): Corners {
  const { centres, strides } = 'levels' in size ? openAnchors(graph, size.levels) : fixedAnchors(graph, size);
  const distances = graph.add('Mul', `${HEAD}/Mul`, [emitDistances(graph, logits, regMax), strides]);
  const [toLeftTop, toRightBottom] = graph.addMany(
    'Split',
    `${HEAD}/Split`,
    [distances, graph.ints([2, 2])],
    [`${HEAD}/Split_output_0`, `${HEAD}/Split_output_1`],
    { axis: 1 },
  );
  return {
    leftTop: graph.add('Sub', `${HEAD}/Sub`, [centres, toLeftTop]),
    rightBottom: graph.add('Add', `${HEAD}/Add`, [centres, toRightBottom]),
  };
}

/** The expected bin of each side, [B,4·regMax,A] -> [B,4,A]. */
function emitDistances(graph: GraphBuilder, logits: Value, regMax: number): Value {
  if (regMax === 1) return logits;
  const path = `${HEAD}/dfl`;
  const sides = graph.add('Reshape', `${path}/Reshape`, [logits, graph.ints([0, 4, regMax, -1])]);
  const bins = graph.add('Transpose', `${path}/Transpose`, [sides], { attributes: { perm: [0, 2, 1, 3] } });
  const shares = graph.add('Softmax', `${path}/Softmax`, [bins], { attributes: { axis: 1 } });
  const positions = graph.array(
    DFL_WEIGHT,
    [1, regMax, 1, 1],
    Float32Array.from({ length: regMax }, (_, i) => i),
  );
  const expected = graph.add('Conv', `${path}/conv/Conv`, [shares, positions], {
    attributes: { kernel_shape: [1, 1] },
  });
  return graph.add('Reshape', `${path}/Reshape_1`, [expected, graph.ints([0, 4, -1])]);
}

function fixedAnchors(graph: GraphBuilder, { height, width }: { height: number; width: number }): AnchorValues {
  const { centres, strides } = anchorGrid(height, width);
  const count = strides.length;
  const rows = Float32Array.from({ length: 2 * count }, (_, i) => centres[i < count ? 2 * i : 2 * (i - count) + 1]);
  return {
    centres: graph.array(`${HEAD}/centres`, [1, 2, count], rows),
    strides: graph.array(`${HEAD}/strides`, [1, 1, count], strides),
  };
}

function openAnchors(graph: GraphBuilder, levels: readonly Value[]): AnchorValues {
  const parts = levels.map((map, i) => levelAnchors(graph, `${HEAD}/anchors.${i}`, map, STRIDES[i]));
  const join = (name: string, values: Value[]): Value =>
    graph.add('Concat', `${HEAD}/${name}/Concat`, values, { attributes: { axis: 2 } });
  return {
    centres: join(
      'centres',
      parts.map(({ centres }) => centres),
    ),
    strides: join(
      'strides',
      parts.map(({ strides }) => strides),
    ),
  };
}

/** The anchors of one level, row by row from the left. */
function levelAnchors(graph: GraphBuilder, path: string, map: Value, stride: number): AnchorValues {
  const shape = graph.add('Shape', `${path}/Shape`, [map]);
  const sizes = graph.add('Slice', `${path}/Slice`, [shape, graph.ints([2]), graph.ints([4])]); // [height, width]
  const axis = (name: string, index: number, line: readonly number[]): Value => {
    const at = `${path}/${name}`;
    const count = graph.add('Gather', `${at}/Gather`, [shape, graph.ints([index], [])]);
    const cells = graph.add('Range', `${at}/Range`, [graph.ints([0], []), count, graph.ints([1], [])]);
    const half = graph.add('Add', `${at}/Add`, [graph.cast(`${at}/Cast`, cells, 'float32'), graph.floats([0.5])]);
    const pixels = graph.add('Mul', `${at}/Mul`, [half, graph.floats([stride])]);
    const oriented = graph.add('Reshape', `${at}/Reshape`, [pixels, graph.ints(line)]);
    const grid = graph.add('Expand', `${at}/Expand`, [oriented, sizes]);
    return graph.add('Reshape', `${at}/Reshape_1`, [grid, graph.ints([1, 1, -1])]);
  };
  const x = axis('x', 3, [1, -1]);
  const y = axis('y', 2, [-1, 1]);
  const centres = graph.add('Concat', `${path}/Concat`, [x, y], { attributes: { axis: 1 } });
  const count = graph.add('Shape', `${path}/Shape_1`, [x]);
  return { centres, strides: graph.add('Expand', `${path}/Expand`, [graph.floats([stride], [1, 1, 1]), count]) };
}
