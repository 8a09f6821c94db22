/** Boxes from DFL logits, in float32, as operations of the graph. The counterpart of src/model/decode.ts. */
import { anchorGrid } from '../../model/decode.js';
import type { Architecture } from '../../model/architecture.js';
import { binsTensor } from '../../model/convSpecs.js';
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

/** Path of the head's operations. */
export const headPath = ({ family }: Architecture): string => `/${family.headName}`;

/** The size of the input: fixed, or read from the maps of the levels when the graph runs. */
export type InputSize =
  | { readonly height: number; readonly width: number }
  | {
      /** [B,C,H/s,W/s], s the head's strides. */
      readonly levels: readonly Value[];
    };

/** @param logits [B,4·regMax,A] float32. */
export function emitCorners(graph: GraphBuilder, logits: Value, architecture: Architecture, size: InputSize): Corners {
  const head = headPath(architecture);
  const { centres, strides } =
    'levels' in size ? dynamicAnchors(graph, size.levels, architecture) : fixedAnchors(graph, size, architecture);
  const distances = graph.add('Mul', `${head}/Mul`, [emitDistances(graph, logits, architecture), strides]);
  const [toLeftTop, toRightBottom] = graph.addMany(
    'Split',
    `${head}/Split`,
    [distances, graph.ints([2, 2])],
    [`${head}/Split_output_0`, `${head}/Split_output_1`],
    { axis: 1 },
  );
  return {
    leftTop: graph.add('Sub', `${head}/Sub`, [centres, toLeftTop]),
    rightBottom: graph.add('Add', `${head}/Add`, [centres, toRightBottom]),
  };
}

/** The expected bin of each side, [B,4·regMax,A] -> [B,4,A]. */
function emitDistances(graph: GraphBuilder, logits: Value, architecture: Architecture): Value {
  const bins = binsTensor(architecture);
  if (bins === undefined) return logits;
  const { regMax } = architecture;
  const path = `${headPath(architecture)}/dfl`;
  const sides = graph.add('Reshape', `${path}/Reshape`, [logits, graph.ints([0, 4, regMax, -1])]);
  const turned = graph.add('Transpose', `${path}/Transpose`, [sides], { attributes: { perm: [0, 2, 1, 3] } });
  const shares = graph.add('Softmax', `${path}/Softmax`, [turned], { attributes: { axis: 1 } });
  const positions = graph.array(
    bins,
    [1, regMax, 1, 1],
    Float32Array.from({ length: regMax }, (_, i) => i),
  );
  const expected = graph.add('Conv', `${path}/conv/Conv`, [shares, positions], {
    attributes: { kernel_shape: [1, 1] },
  });
  return graph.add('Reshape', `${path}/Reshape_1`, [expected, graph.ints([0, 4, -1])]);
}

function fixedAnchors(
  graph: GraphBuilder,
  { height, width }: { height: number; width: number },
  architecture: Architecture,
): AnchorValues {
  const head = headPath(architecture);
  const { centres, strides } = anchorGrid(height, width, architecture.family.head.strides);
  const count = strides.length;
  const rows = Float32Array.from({ length: 2 * count }, (_, i) => centres[i < count ? 2 * i : 2 * (i - count) + 1]);
  return {
    centres: graph.array(`${head}/centres`, [1, 2, count], rows),
    strides: graph.array(`${head}/strides`, [1, 1, count], strides),
  };
}

function dynamicAnchors(graph: GraphBuilder, levels: readonly Value[], architecture: Architecture): AnchorValues {
  const head = headPath(architecture);
  const { strides } = architecture.family.head;
  const parts = levels.map((map, i) => levelAnchors(graph, `${head}/anchors.${i}`, map, strides[i]));
  const join = (name: string, values: Value[]): Value =>
    graph.add('Concat', `${head}/${name}/Concat`, values, { attributes: { axis: 2 } });
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
