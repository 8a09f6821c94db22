/**
 * `fastsam-tfjs/compile`: functions of tensors as TensorFlow graphs, for TensorFlow's own library in Node
 * (docs/dev/compile.md).
 */
export {
  choosePrecision,
  compile,
  encodeGraph,
  type CompileGraphOptions,
  type Examples,
  type GraphEncodeOptions,
} from '../runtime/compile/compile.js';
export type { CompiledGraph, GraphPort, NamedTensors } from '../runtime/compile/compiledGraph.js';
export { cpuHasBfloat16 } from '../runtime/compile/cpuFeatures.js';
export { loadGraph, type LoadGraphOptions } from '../runtime/compile/loadGraph.js';
export { inPrecision, keepFloat32 } from '../runtime/compile/precision.js';
export { matMul, nonMaxSuppressionV3, resizeBilinear, type SuppressionLimits } from '../runtime/compile/tensorOps.js';
export type { Precision } from '../runtime/choices.js';
