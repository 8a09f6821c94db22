/** Names of an ONNX file's operations as names of modules. */
import type { OnnxFileNode } from './onnxGraph.js';

/** A module of the network in Ultralytics' naming, perhaps wrapped. */
const MODULE = /^(model\.)+\d+(\.|$)/;
const WEIGHT = '.weight';

/**
 * The module that an operation belongs to. Its own name says so, `/model.22/cv2.0/cv2.0.1/conv/Conv` for
 * `model.22.cv2.0.1.conv`; files of older exporters number their operations, but name their constants by the module.
 */
export function moduleOf({ name, inputs }: OnnxFileNode): string {
  const steps: string[] = [];
  for (const step of name.split('/').slice(0, -1)) {
    if (step === '') continue;
    // Lists of modules repeat where they stand: cv2.0, then cv2.0.1.
    if (steps.length > 0 && step.startsWith(`${steps[steps.length - 1]}.`)) steps.pop();
    steps.push(step);
  }
  const path = steps.join('.');
  if (MODULE.test(path)) return path;
  const constant = inputs.at(1) ?? '';
  return constant.endsWith(WEIGHT) ? constant.slice(0, -WEIGHT.length) : constant;
}
