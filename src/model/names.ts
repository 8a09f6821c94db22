/** Every tensor that an architecture needs, by its Ultralytics name and with its shape. */
import { c2fHidden } from '../layers/c2f.js';
import { branches } from '../layers/segmentHead.js';
import { sppfHidden, SPPF_BRANCHES } from '../layers/sppf.js';
import { rowChannels, type Architecture } from './architecture.js';
import { YOLOV8_SEG, type LayerRow } from './table.js';
import { elementCount } from '../weights/tensor.js';

/** One convolution with what belongs to it. */
export interface Part {
  /** Ultralytics name: of the Conv block (`model.0`), or of the convolution itself (`model.22.cv2.0.2`). */
  readonly name: string;
  /** `conv` is followed by batch norm; `plain` has a bias; `transposed` is the 2x2 one of the prototypes. */
  readonly kind: 'conv' | 'plain' | 'transposed';
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
}

/** Every convolution of an architecture, in the order of the layers. */
export function networkParts(architecture: Architecture): Part[] {
  const widths = rowChannels(architecture);
  return YOLOV8_SEG.flatMap((row, i) => {
    const name = `model.${String(i)}`;
    const inputs = i === 0 ? 3 : widths[i - 1];
    return row.block === 'segment'
      ? headParts(name, row.from.map((from) => widths[from]), architecture)
      : rowParts(name, row, inputs, architecture);
  });
}

const convPart = (name: string, inputs: number, outputs: number, kernel: number): Part => {
  return { name, kind: 'conv', inputs, outputs, kernel };
};

function rowParts(name: string, row: LayerRow, inputs: number, { channels, repeats }: Architecture): Part[] {
  switch (row.block) {
    case 'conv':
      return [convPart(name, inputs, channels[row.channels], 3)];
    case 'c2f':
      return c2fParts(name, inputs, channels[row.channels], repeats[row.repeats]);
    case 'sppf': {
      const hidden = sppfHidden(inputs);
      return [
        convPart(`${name}.cv1`, inputs, hidden, 1),
        convPart(`${name}.cv2`, SPPF_BRANCHES * hidden, channels[row.channels], 1),
      ];
    }
    default:
      return [];
  }
}

function c2fParts(name: string, inputs: number, outputs: number, repeats: number): Part[] {
  const hidden = c2fHidden(outputs);
  const bottlenecks = Array.from({ length: repeats }, (_, i) => [
    convPart(`${name}.m.${String(i)}.cv1`, hidden, hidden, 3),
    convPart(`${name}.m.${String(i)}.cv2`, hidden, hidden, 3),
  ]);
  return [
    convPart(`${name}.cv1`, inputs, 2 * hidden, 1),
    ...bottlenecks.flat(),
    convPart(`${name}.cv2`, (2 + repeats) * hidden, outputs, 1),
  ];
}

function headParts(name: string, levels: readonly number[], architecture: Architecture): Part[] {
  const shape = { ...architecture, inputChannels: levels[0] };
  const heads = branches(shape).flatMap((branch) =>
    levels.flatMap((inputs, i): Part[] => [
      convPart(`${name}.${branch.name}.${String(i)}.0`, inputs, branch.hidden, 3),
      convPart(`${name}.${branch.name}.${String(i)}.1`, branch.hidden, branch.hidden, 3),
      {
        name: `${name}.${branch.name}.${String(i)}.2`,
        kind: 'plain',
        inputs: branch.hidden,
        outputs: branch.channels,
        kernel: 1,
      },
    ]),
  );
  const width = architecture.prototypeChannels;
  return [
    ...heads,
    convPart(`${name}.proto.cv1`, levels[0], width, 3),
    { name: `${name}.proto.upsample`, kind: 'transposed', inputs: width, outputs: width, kernel: 2 },
    convPart(`${name}.proto.cv2`, width, width, 3),
    convPart(`${name}.proto.cv3`, width, architecture.maskCoefficients, 1),
  ];
}

/** Name of the constants 0 … regMax-1 that Ultralytics stores as a convolution. */
export const DFL_WEIGHT = 'model.22.dfl.conv.weight';

/** Arrays of a batch norm that the network uses. */
const BATCH_NORM_ARRAYS = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/** Name and shape (PyTorch's order of axes) of every tensor of an architecture. */
export function expectedTensors(architecture: Architecture): Map<string, readonly number[]> {
  const expected = new Map<string, readonly number[]>();
  for (const { name, kind, inputs, outputs, kernel } of networkParts(architecture)) {
    const convolution = kind === 'conv' ? `${name}.conv` : name;
    const channels = kind === 'transposed' ? [inputs, outputs] : [outputs, inputs];
    expected.set(`${convolution}.weight`, [...channels, kernel, kernel]);
    if (kind !== 'conv' || architecture.folded) expected.set(`${convolution}.bias`, [outputs]);
    else for (const array of BATCH_NORM_ARRAYS) expected.set(`${name}.bn.${array}`, [outputs]);
  }
  if (architecture.regMax > 1) expected.set(DFL_WEIGHT, [1, architecture.regMax, 1, 1]);
  return expected;
}

/** Parameters as PyTorch counts them: batch norm's statistics are none, DFL's constants are. */
export function parameterCount(architecture: Architecture): number {
  let count = 0;
  for (const [name, shape] of expectedTensors(architecture)) {
    if (!name.includes('.running_')) count += elementCount(shape);
  }
  return count;
}
