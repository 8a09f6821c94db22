/**
 * What the operations of an ONNX graph say of the modules that they were made from, in PyTorch's words. An activation is
 * recognised by what follows the convolution, since exporters write some of them as several operations.
 */
import { OnnxFlow } from './onnxFlow.js';
import { moduleOf } from './onnxNames.js';
import type { OnnxFile, OnnxFileNode } from './onnxGraph.js';
import { bottleneckOf, factsOf, parentOf, type Fact, type ModuleFacts, type Modules } from './moduleFacts.js';

/** Facts of every convolution, activation, batch norm, pooling, upsampling and bottleneck that is recognised. */
export function onnxModules(file: OnnxFile): Modules {
  const flow = new OnnxFlow(file);
  const found = new Map<string, ModuleFacts>();
  /** Blocks by the value that they give. */
  const blocks = new Map<string, string>();
  for (const node of file.nodes) {
    if (node.op !== 'Conv' && node.op !== 'ConvTranspose') continue;
    const name = moduleOf(node);
    found.set(name, convolution(node, flow));
    if (!name.endsWith('.conv') || node.op !== 'Conv') continue;
    const block = name.slice(0, -'.conv'.length);
    const { facts, output, norm } = afterConvolution(node.outputs.at(0) ?? '', flow);
    found.set(`${block}.act`, facts);
    if (norm !== undefined) found.set(`${block}.bn`, norm);
    blocks.set(output, block);
    const unit = bottleneckOf(block);
    if (unit !== undefined) found.set(unit, factsOf({ class: 'Bottleneck', add: isSummand(output, flow) }));
  }
  for (const node of file.nodes) {
    const source = blocks.get(flow.sourceOf(node.inputs.at(0) ?? ''));
    if (source === undefined) continue;
    if (node.op === 'MaxPool') found.set(`${parentOf(source)}.m`, pooling(node));
    if (node.op === 'Resize' || node.op === 'Upsample') {
      const row = rowBehind(source);
      if (row !== undefined) found.set(row, upsampling(node, flow));
    }
  }
  return found;
}

/** Upsampling is the row behind the block that it enlarges: `model.10` behind `model.9.cv2`. */
function rowBehind(block: string): string | undefined {
  const steps = block.split('.');
  const row = steps.findIndex((step) => /^\d{1,4}$/.test(step));
  return row < 0 ? undefined : [...steps.slice(0, row), Number(steps[row]) + 1].join('.');
}

function isSummand(value: string, flow: OnnxFlow): boolean {
  return flow.usersOf(value).some((node) => node.op === 'Add' && node.inputs.every((input) => !flow.isConstant(input)));
}

function convolution(node: OnnxFileNode, flow: OnnxFlow): ModuleFacts {
  const list = (name: string, standard: readonly number[]): Fact => node.attributes.get(name) ?? standard;
  const auto = node.attributes.get('auto_pad');
  const first = flow.makerOf(node.inputs.at(0) ?? '');
  return factsOf({
    class: node.op === 'Conv' ? 'Conv2d' : 'ConvTranspose2d',
    stride: list('strides', [1, 1]),
    padding: auto === undefined || auto === 'NOTSET' ? bothSides(list('pads', [0, 0, 0, 0])) : auto,
    dilation: list('dilations', [1, 1]),
    groups: list('group', [1]),
    input: first?.op ?? 'image',
  });
}

/** ONNX names the start and the end of each axis; PyTorch pads both alike. */
function bothSides(pads: Fact): Fact {
  if (typeof pads !== 'object' || pads.length !== 4) return pads;
  const [top, left, bottom, right] = pads;
  return top === bottom && left === right ? [top, left] : pads;
}

/** What follows a convolution: perhaps batch norm, then the activation. */
function afterConvolution(
  value: string,
  flow: OnnxFlow,
): { facts: ModuleFacts; output: string; norm: ModuleFacts | undefined } {
  const users = flow.usersOf(value);
  const norm = users.length === 1 && users[0].op === 'BatchNormalization' ? users[0] : undefined;
  const from = norm === undefined ? value : (norm.outputs.at(0) ?? '');
  const eps = norm?.attributes.get('epsilon') ?? 1e-5;
  return {
    ...flow.activationAt(from),
    norm:
      norm === undefined
        ? undefined
        : factsOf({ class: 'BatchNorm2d', eps: typeof eps === 'number' ? Number(eps.toPrecision(7)) : eps }),
  };
}

function pooling({ attributes }: OnnxFileNode): ModuleFacts {
  return factsOf({
    class: 'MaxPool2d',
    kernel_size: attributes.get('kernel_shape') ?? NaN,
    stride: attributes.get('strides') ?? [1, 1],
    padding: attributes.get('auto_pad') === 'SAME_UPPER' ? 'same' : bothSides(attributes.get('pads') ?? [0, 0, 0, 0]),
    dilation: attributes.get('dilations') ?? [1, 1],
  });
}

/** Twice as large by whole cells, however it is spelled. */
function upsampling(node: OnnxFileNode, flow: OnnxFlow): ModuleFacts {
  const mode = node.attributes.get('mode') ?? 'nearest';
  const scales = flow.valuesOf(node.inputs.at(node.op === 'Resize' ? 2 : 1) ?? '');
  const aligned = node.attributes.get('coordinate_transformation_mode') === 'align_corners';
  return factsOf({
    class: 'Upsample',
    mode: mode === 'linear' ? 'bilinear' : aligned ? `${String(mode)}, corners aligned` : mode,
    // Sizes instead of scales fit the row that they are joined with, or nothing would run.
    scale_factor: scales?.length !== 4 ? 2 : scales[2] === scales[3] ? scales[2] : [...scales],
  });
}
