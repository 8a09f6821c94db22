/** What is written beside an exported model: the facts that Ultralytics' exports carry, and what goes in and out. */
import { describeArchitecture } from '../model/architecture.js';
import type { ModelInfo } from '../model/info.js';
import { MAX_STRIDE } from '../model/table.js';
import { findInCatalogue } from '../weights/catalogue.js';
import type { ExportedFile } from './exportedFile.js';
import { INPUT, inputShape, OUTPUTS, outputShapes } from './graph/networkGraph.js';
import type { ExportPlan } from './options.js';

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

/** Facts of a model and of how it is exported. */
export function exportMetadata(info: ModelInfo, plan: ExportPlan): ExportMetadata {
  const { height, width, batch, dynamic, half, nms } = plan;
  const { version, date, license } = licensed(info);
  return {
    description: describeArchitecture(info.architecture),
    author: 'fastsam-tfjs',
    date: new Date().toISOString(),
    ...(version === undefined ? {} : { version }),
    ...(date === undefined ? {} : { trained: date }),
    ...(license === undefined ? {} : { license }),
    stride: MAX_STRIDE,
    task: 'segment',
    head: 'Segment',
    batch,
    imgsz: [height, width],
    names: info.classNames,
    args: { batch, dynamic, half, nms: nms !== undefined, ...nms },
    channels: 3,
    end2end: nms !== undefined,
    ...ports(info, plan),
  };
}

/** The checkpoint's strings, with the licence that the catalogue knows where the file has none. */
export function licensed({ name, metadata }: ModelInfo): Readonly<Partial<Record<string, string>>> {
  const known = findInCatalogue(name)?.licence;
  return known === undefined ? metadata : { license: known, ...metadata };
}

function ports({ architecture }: ModelInfo, plan: ExportPlan): Pick<ExportMetadata, 'inputs' | 'outputs'> {
  const { classes, maskCoefficients: k } = architecture;
  const [predictions, prototypes] = outputShapes(plan, classes, k);
  const rows = plan.nms
    ? 'x1, y1, x2, y2 in pixels of the input, score 0…1, class, mask coefficients; by falling score, zeros after the last'
    : 'centre x, centre y, width, height in pixels of the input, class scores 0…1, mask coefficients';
  const port = (name: string, shape: readonly number[], axes: string, values: string): PortFacts => {
    return { name, dtype: 'float32', shape, axes, values };
  };
  return {
    inputs: [port(INPUT, inputShape(plan), 'BHWC', 'RGB 0…1, sides multiples of 32')],
    outputs: [
      port(OUTPUTS[0], predictions, plan.nms ? 'B, object, value' : 'B, value, anchor', rows),
      port(
        OUTPUTS[1],
        prototypes,
        'BHWC',
        'mask prototypes at a quarter of the size; mask = sigmoid(coefficients · prototypes) > 0.5',
      ),
    ],
  };
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

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
