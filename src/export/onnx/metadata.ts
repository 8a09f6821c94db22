/** The strings in an ONNX file by which Ultralytics' and other programs know what the model is. */
import { describeArchitecture, type Architecture } from '../../model/architecture.js';
import { MAX_STRIDE } from '../../model/table.js';

/** What is told of a model. */
export interface OnnxFacts {
  readonly architecture: Architecture;
  readonly height: number;
  readonly width: number;
  readonly batch: number;
  readonly dynamic: boolean;
  readonly nms: boolean;
  readonly half: boolean;
  readonly opset: number;
  readonly names: Readonly<Record<number, string>>;
}

const python = (value: boolean): string => (value ? 'True' : 'False');

/** Keys as Ultralytics', values in Python's notation, which its loader evaluates. */
export function onnxMetadata(facts: OnnxFacts): Record<string, string> {
  const { architecture, height, width, batch, dynamic, nms, half, opset, names } = facts;
  const named = Object.entries(names).map(([index, name]) => `${index}: ${JSON.stringify(name)}`);
  const args = [
    `'batch': ${String(batch)}`,
    `'quantize': ${half ? '16' : 'None'}`,
    `'nms': ${python(nms)}`,
    `'dynamic': ${python(dynamic)}`,
    `'opset': ${String(opset)}`,
  ];
  return {
    description: describeArchitecture(architecture),
    author: 'fastsam-tfjs',
    date: new Date().toISOString(),
    stride: String(MAX_STRIDE),
    task: 'segment',
    head: 'Segment',
    batch: String(batch),
    imgsz: `[${String(height)}, ${String(width)}]`,
    names: `{${named.join(', ')}}`,
    args: `{${args.join(', ')}}`,
    channels: '3',
    end2end: 'False',
  };
}
