/**
 * ONNX files as weights: those that Ultralytics exports from a YOLOv8-seg or FastSAM model, and those that this package
 * writes. The graph is not run; its convolutions are found and their constants taken.
 */
import { invalid, unsupported } from './byteView.js';
import type { Checkpoint } from './checkpointRecord.js';
import { readOnnxFile, type OnnxFile, type OnnxFileNode } from './onnxGraph.js';
import { pythonNames, pythonSize } from './pythonLiterals.js';
import type { StateDict, WeightTensor } from './tensor.js';

/** Metadata that is passed on as it is. */
const TEXT_KEYS = ['description', 'author', 'date', 'version', 'license', 'docs'];

/**
 * Reads the weights of an ONNX model, by Ultralytics names. Batch norm is folded unless the graph has it as operations.
 * Tensors are views of `bytes`.
 * @throws FastSAMError `INVALID_CHECKPOINT` for damaged or hostile bytes, `UNSUPPORTED_CHECKPOINT` for quantised weights
 *   and for weights in files beside the model.
 */
export function readOnnx(bytes: Uint8Array): Checkpoint {
  const file = readOnnxFile(bytes);
  const imgsz = pythonSize(file.metadata.imgsz);
  const names = pythonNames(file.metadata.names);
  const metadata = Object.fromEntries(
    TEXT_KEYS.flatMap((key) => (key in file.metadata ? [[key, file.metadata[key]]] : [])),
  );
  return {
    format: 'onnx',
    source: 'state_dict',
    tensors: tensorsOf(file),
    ...(imgsz === undefined ? {} : { imgsz }),
    ...(names === undefined ? {} : { names }),
    metadata,
  };
}

/** Names of the constants that an operation takes after its first input, in order. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  Conv: ['weight', 'bias'],
  ConvTranspose: ['weight', 'bias'],
  BatchNormalization: ['weight', 'bias', 'running_mean', 'running_var'],
};
/** Operations that hand a constant on under another name. */
const ALIASES: ReadonlySet<string> = new Set(['Identity', 'Cast']);
const MAX_ALIASES = 16;

function tensorsOf({ nodes, constants }: OnnxFile): StateDict {
  const makers = new Map<string, OnnxFileNode>();
  for (const node of nodes) for (const output of node.outputs) makers.set(output, node);
  const tensors = new Map<string, WeightTensor>();
  for (const node of nodes) {
    if (!(node.op in PARAMETERS)) continue;
    PARAMETERS[node.op].forEach((parameter, i) => {
      const input = node.inputs[i + 1] as string | undefined;
      if (input === undefined || input === '') return;
      const constant = constants.get(sourceOf(input, makers));
      if (constant === undefined) throw notConstant(node, parameter, makers.get(input));
      const name = `${moduleOf(node)}.${parameter}`;
      if (tensors.has(name)) throw invalid(`ONNX file: got two operations for ${name}; the file is damaged`);
      tensors.set(name, constant());
    });
  }
  return tensors;
}

/** The name under which a constant was made: exporters store equal arrays once under many names. */
function sourceOf(value: string, makers: ReadonlyMap<string, OnnxFileNode>): string {
  let source = value;
  for (let i = 0; i < MAX_ALIASES; i++) {
    const maker = makers.get(source);
    if (maker === undefined || !ALIASES.has(maker.op)) break;
    source = maker.inputs.at(0) ?? '';
  }
  return source;
}

function notConstant({ name }: OnnxFileNode, parameter: string, maker: OnnxFileNode | undefined): Error {
  const made = maker ? `one that ${maker.op} computes` : 'none';
  return unsupported(
    `ONNX operation ${name}: got as its ${parameter} ${made}, expected a constant; export the model without quantisation`,
  );
}

/** A module of the network in Ultralytics' naming, perhaps wrapped. */
const MODULE = /^(model\.)+\d+(\.|$)/;

/**
 * The module that an operation belongs to. Its own name says so, `/model.22/cv2.0/cv2.0.1/conv/Conv` for
 * `model.22.cv2.0.1.conv`; files of older exporters number their operations, but name their constants by the module.
 */
function moduleOf({ name, inputs }: OnnxFileNode): string {
  const steps: string[] = [];
  for (const step of name.split('/').slice(0, -1)) {
    if (step === '') continue;
    // Lists of modules repeat where they stand: cv2.0, then cv2.0.1.
    if (steps.length > 0 && step.startsWith(`${steps[steps.length - 1]}.`)) steps.pop();
    steps.push(step);
  }
  const path = steps.join('.');
  return MODULE.test(path) ? path : inputs[1].replace(/\.weight$/, '');
}
