/**
 * ONNX files as weights: those that Ultralytics exports from a YOLOv8-seg or FastSAM model, and those that this package
 * writes. The graph is not run; its convolutions are found and their constants taken.
 */
import { invalid, unsupported } from './byteView.js';
import type { Checkpoint } from './checkpointRecord.js';
import { EXPORTED_TEXTS, MAX_TEXT, sharesIn } from './checkpointStrings.js';
import { OnnxFlow } from './onnxFlow.js';
import { readOnnxFile, type OnnxFile, type OnnxFileNode } from './onnxGraph.js';
import { onnxModules } from './onnxModules.js';
import { moduleOf } from './onnxNames.js';
import { pythonNames, pythonSize } from './pythonLiterals.js';
import type { StateDict, WeightTensor } from './tensor.js';

/**
 * Reads the weights of an ONNX model, by Ultralytics names. Batch norm is folded unless the graph has it as operations.
 * Tensors are views of `bytes`.
 * @throws FastSAMError `INVALID_CHECKPOINT` for damaged or hostile bytes, `UNSUPPORTED_CHECKPOINT` for quantised weights
 *   and for weights in files beside the model.
 */
export function readOnnx(bytes: Uint8Array): Checkpoint {
  const file = readOnnxFile(bytes);
  const imgsz = pythonSize(file.metadata.get('imgsz'));
  const names = pythonNames(file.metadata.get('names'));
  const metadata: Record<string, string> = {};
  for (const key of EXPORTED_TEXTS) {
    const text = file.metadata.get(key);
    if (text !== undefined) metadata[key] = text.slice(0, MAX_TEXT);
  }
  refuseQuantised(file);
  return {
    format: 'onnx',
    source: 'state_dict',
    tensors: tensorsOf(file),
    modules: () => onnxModules(file),
    ...(imgsz === undefined ? {} : { imgsz }),
    ...sharesIn(Object.fromEntries(file.metadata)),
    ...(names === undefined ? {} : { names }),
    metadata,
  };
}

/** Names of the constants that an operation takes after its first input, in order. */
const PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Conv', ['weight', 'bias']],
  ['ConvTranspose', ['weight', 'bias']],
  ['BatchNormalization', ['weight', 'bias', 'running_mean', 'running_var']],
]);
/** Operations of quantised networks: weights are not what they were, and scales are elsewhere. */
const QUANTISED: ReadonlySet<string> = new Set([
  'QuantizeLinear',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
  'QLinearConv',
  'QLinearMatMul',
  'ConvInteger',
  'MatMulInteger',
  'QLinearAdd',
  'QLinearConcat',
]);

function refuseQuantised({ nodes }: OnnxFile): void {
  const node = nodes.find(({ op }) => QUANTISED.has(op));
  if (node === undefined) return;
  throw unsupported(
    `ONNX file: got an int8-quantised network (operation ${node.op}), expected float32 or float16 weights; ` +
      'export the model again without quantisation, or give the .pt file',
  );
}

function tensorsOf(file: OnnxFile): StateDict {
  const { nodes, constants } = file;
  const flow = new OnnxFlow(file);
  const tensors = new Map<string, WeightTensor>();
  for (const node of nodes) {
    PARAMETERS.get(node.op)?.forEach((parameter, i) => {
      const input = node.inputs[i + 1] as string | undefined;
      if (input === undefined || input === '') return;
      const constant = constants.get(flow.sourceOf(input));
      if (constant === undefined) throw notConstant(node, parameter, flow.makerOf(input));
      const name = `${moduleOf(node)}.${parameter}`;
      if (tensors.has(name))
        throw invalid(`ONNX file: got two operations for ${name}; the file is damaged, get it again`);
      tensors.set(name, constant());
    });
  }
  return tensors;
}

function notConstant({ name }: OnnxFileNode, parameter: string, maker: OnnxFileNode | undefined): Error {
  const made = maker ? `one that ${maker.op} computes` : 'none';
  return unsupported(
    `ONNX operation ${name}: got as its ${parameter} ${made}, expected a constant; export the model without quantisation`,
  );
}
