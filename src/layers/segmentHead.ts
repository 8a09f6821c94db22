/** YOLOv8's Segment head: boxes, classes and mask coefficients on three levels, prototypes on the finest. */
import type { BlockGraph } from './blockGraph.js';
import { proto } from './proto.js';

/** Size of a head. */
export interface SegmentShape {
  readonly classes: number;
  /** Bins per side of a box. */
  readonly regMax: number;
  readonly maskCoefficients: number;
  /** Channels inside the prototype branch. */
  readonly prototypeChannels: number;
}

/** What a head gives. A = anchors of all levels, in the order of `FlattenLevels`. */
export interface SegmentOutputs<V> {
  /** DFL logits [B,A,4·regMax]. */
  readonly boxes: V;
  /** Class logits [B,A,classes]. */
  readonly classes: V;
  /** [B,A,maskCoefficients]. */
  readonly coefficients: V;
  /** [B,H/4,W/4,maskCoefficients]. */
  readonly prototypes: V;
}

/** One kind of prediction: the same branch on every level. */
interface Branch {
  /** Ultralytics' name of it. */
  readonly name: 'cv2' | 'cv3' | 'cv4';
  /** What it predicts; also the name of the joined output. */
  readonly output: 'boxes' | 'classes' | 'coefficients';
  readonly hidden: number;
  readonly channels: number;
}

/** Below this many channels a box branch is not narrowed further. */
const MIN_BOX_CHANNELS = 16;
/** Above this many classes the class branch is not widened further. */
const MAX_CLASS_CHANNELS = 100;

/** Widths of the three branches, in the order box, class, mask; all depend on the channels of the finest level. */
function branches({ classes, regMax, maskCoefficients }: SegmentShape, inputChannels: number): readonly Branch[] {
  const quarter = Math.floor(inputChannels / 4);
  const boxHidden = Math.max(MIN_BOX_CHANNELS, quarter, 4 * regMax);
  const classHidden = Math.max(inputChannels, Math.min(classes, MAX_CLASS_CHANNELS));
  const maskHidden = Math.max(quarter, maskCoefficients);
  return [
    { name: 'cv2', output: 'boxes', hidden: boxHidden, channels: 4 * regMax },
    { name: 'cv3', output: 'classes', hidden: classHidden, channels: classes },
    { name: 'cv4', output: 'coefficients', hidden: maskHidden, channels: maskCoefficients },
  ];
}

/** @param levels maps at strides 8, 16 and 32. */
export function segmentHead<V>(
  graph: BlockGraph<V>,
  name: string,
  levels: readonly V[],
  shape: SegmentShape,
): SegmentOutputs<V> {
  const [boxes, classes, coefficients] = branches(shape, graph.channelsOf(levels[0])).map((branch) => {
    const maps = levels.map((level, i) => branchOnLevel(graph, `${name}.${branch.name}.${i}`, level, branch));
    return graph.flattenLevels(`${name}.${branch.output}`, maps);
  });
  graph.dfl(`${name}.dfl`, boxes, shape.regMax);
  const prototypes = proto(graph, `${name}.proto`, levels[0], {
    channels: shape.prototypeChannels,
    prototypes: shape.maskCoefficients,
  });
  return { boxes, classes, coefficients, prototypes };
}

function branchOnLevel<V>(graph: BlockGraph<V>, name: string, x: V, { hidden, channels }: Branch): V {
  const first = graph.conv(`${name}.0`, x, { channels: hidden, kernel: 3 });
  const second = graph.conv(`${name}.1`, first, { channels: hidden, kernel: 3 });
  return graph.name(name, graph.plainConv(`${name}.2`, second, channels));
}
