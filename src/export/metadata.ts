/** What is written beside an exported model: the facts that Ultralytics' exports carry, and what goes in and out. */
import { describeArchitecture } from '../model/architecture.js';
import type { ModelInfo } from '../model/info.js';
import { findInCatalogue } from '../weights/catalogue.js';
import { pythonText } from '../weights/pythonLiterals.js';
import type { ExportedFile } from './exportedFile.js';
import type { ExportPlan } from './options.js';
import { portsOf, sizesOf, type Port } from './ports.js';

/** Keys down to `end2end` as Ultralytics'. */
export interface ExportMetadata {
  readonly description: string;
  readonly author: string;
  /** When it was exported, ISO 8601. */
  readonly date: string;
  /** Version and date of the checkpoint, where it says them. */
  readonly version?: string;
  readonly trained?: string;
  readonly license?: string;
  readonly stride: number;
  readonly task: 'segment';
  readonly head: 'Segment';
  readonly batch: number;
  readonly imgsz: readonly [height: number, width: number];
  readonly names: Readonly<Record<number, string>>;
  readonly args: Readonly<Record<string, unknown>>;
  readonly channels: 3;
  readonly end2end: boolean;
  /** The model's own thresholds, which are its defaults when it is loaded again. */
  readonly conf: number;
  readonly iou: number;
  /** Sizes of -1 are open. */
  readonly inputs: readonly PortFacts[];
  readonly outputs: readonly PortFacts[];
}

/** One input or output. */
interface PortFacts {
  readonly name: string;
  readonly dtype: 'float32';
  readonly shape: readonly number[];
  readonly axes: string;
  readonly values: string;
}

/** What has to be known of a model. */
export type ExportedModel = Pick<ModelInfo, 'name' | 'architecture' | 'classNames' | 'defaults' | 'metadata'>;

/** Facts of a model and of how it is exported. */
export function exportMetadata(model: ExportedModel, plan: ExportPlan): ExportMetadata {
  const { format, height, width, batch, dynamic, half, nms, opset } = plan;
  const { version, date, license } = licensed(model);
  const { input, outputs } = portsOf(plan, model.architecture, format === 'onnx' ? 'channelsFirst' : 'channelsLast');
  return {
    description: describeArchitecture(model.architecture),
    author: 'fastsam-tfjs',
    date: new Date().toISOString(),
    ...(version === undefined ? {} : { version }),
    ...(date === undefined ? {} : { trained: date }),
    ...(license === undefined ? {} : { license }),
    stride: model.architecture.family.maxStride,
    task: 'segment',
    head: 'Segment',
    batch,
    imgsz: [height, width],
    names: model.classNames,
    args: { batch, dynamic, half, nms: nms !== undefined, ...nms, ...(format === 'onnx' && { opset }) },
    channels: 3,
    end2end: nms !== undefined,
    conf: model.defaults.conf,
    iou: model.defaults.iou,
    inputs: [portFacts(input)],
    outputs: outputs.map(portFacts),
  };
}

/** The checkpoint's strings, with the licence that the catalogue knows where the file has none. */
export function licensed({ name, metadata }: ExportedModel): Readonly<Partial<Record<string, string>>> {
  const known = findInCatalogue(name)?.licence;
  return known === undefined ? metadata : { license: known, ...metadata };
}

function portFacts(port: Port): PortFacts {
  const axes = port.axes.map(({ name }) => name).join(', ');
  return { name: port.name, dtype: 'float32', shape: sizesOf(port), axes, values: port.values };
}

/** As `metadata.json`. */
export function metadataJson(metadata: ExportMetadata): ExportedFile {
  return { name: 'metadata.json', bytes: encode(`${JSON.stringify(metadata, null, 2)}\n`) };
}

/** As `metadata.yaml`, where Ultralytics looks for it: a key a line, values in JSON, which is YAML too. */
export function metadataYaml(metadata: ExportMetadata): ExportedFile {
  const lines = Object.entries(metadata).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  return { name: 'metadata.yaml', bytes: encode(lines.join('')) };
}

/** As the strings in an ONNX file: values in Python's notation, which Ultralytics' loader evaluates. */
export function metadataStrings(metadata: ExportMetadata): Record<string, string> {
  const text = (value: unknown): string => (typeof value === 'string' ? value : pythonText(value));
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, text(value)]));
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
