/** A network family: everything that the checkpoints of one kind share, whatever their size and class count. */
import { requireInstance, requireList, requireNumbers, requireObject, requireText } from '../../options/requireKind.js';
import type { BlockGraph } from '../../layers/blockGraph.js';
import type { SegmentOutputs, SegmentShape } from '../../layers/segmentHead.js';
import type { StateDict } from '../../weights/tensor.js';
import type { LayerRow } from './rows.js';
import type { Scale, Scaling } from './scaling.js';

/** The last layer of the table: the head. */
export interface FamilyHead {
  /** Ultralytics' class of it. */
  readonly kind: string;
  /** Rows whose outputs are its levels, finest first. */
  readonly from: readonly number[];
  /** Pixels of the network's input per cell of each level. */
  readonly strides: readonly number[];
  /** Nominal channels inside the prototype branch. */
  readonly prototypeChannels: number;
  /** Convolutions whose outputs tell the head's size, by their names inside it. */
  readonly sizes: {
    /** 4·regMax outputs. */
    readonly boxes: string;
    /** One output a class. */
    readonly classes: string;
    /** One output a mask coefficient. */
    readonly coefficients: string;
    /** As many outputs as the prototype branch has channels. */
    readonly prototypes: string;
  };
  /** The constants 0 … regMax-1 that Ultralytics stores as a convolution, by their name inside the head. */
  readonly bins: string;
  /** Builds the head on its levels. */
  build<V>(graph: BlockGraph<V>, name: string, levels: readonly V[], shape: SegmentShape): SegmentOutputs<V>;
}

/** What a family consists of. */
export interface FamilyDefinition {
  /** As the name begins that Ultralytics gives a network: `yolov8` of `yolov8s-seg`. */
  readonly id: string;
  /** For people: `YOLOv8-seg`. */
  readonly name: string;
  /** Which checkpoints are of this family, for messages: `YOLOv8-seg or FastSAM`. */
  readonly checkpoints: string;
  /** Backbone and neck. A row is its index in the list, as in Ultralytics' names (`model.9` is row 9). */
  readonly rows: readonly LayerRow[];
  readonly head: FamilyHead;
  readonly scales: Readonly<Record<Scale, Scaling>>;
}

function requireDefinition(definition: unknown): void {
  requireObject('family', definition);
  for (const name of ['id', 'name', 'checkpoints'] as const) requireText(`family ${name}`, definition[name]);
  requireList('family rows', definition.rows);
  requireObject('family scales', definition.scales);
  requireObject('family head', definition.head);
  requireNumbers('family head.strides', definition.head.strides);
}

/** A family as architectures and networks carry it. */
export class NetworkFamily {
  readonly id: string;
  readonly name: string;
  readonly checkpoints: string;
  readonly rows: readonly LayerRow[];
  readonly head: FamilyHead;
  readonly scales: Readonly<Record<Scale, Scaling>>;
  /** Ultralytics' name of the head: the row behind the table's last one, such as `model.22`. */
  readonly headName: string;
  /** Both sides of the network's input are multiples of this many pixels. */
  readonly maxStride: number;

  /** @throws FastSAMError `INVALID_ARGUMENT` for what is no definition. */
  constructor(definition: FamilyDefinition) {
    requireDefinition(definition);
    const { id, name, checkpoints, rows, head, scales } = definition;
    this.id = id;
    this.name = name;
    this.checkpoints = checkpoints;
    this.rows = rows;
    this.head = head;
    this.scales = scales;
    this.headName = `model.${rows.length}`;
    this.maxStride = Math.max(...head.strides);
  }

  /** Ultralytics' name of a network of this family: `yolov8s-seg`. */
  networkName(scale: string): string {
    requireText('scale', scale);
    return `${this.id}${scale}-seg`;
  }

  /** Full name of something inside the head: `cv2.0.2` -> `model.22.cv2.0.2`. */
  headTensor(name: string): string {
    requireText('name', name);
    return `${this.headName}.${name}`;
  }

  /** Whether the tensors that tell the head's size have the names that this family gives them. */
  hasHead(tensors: StateDict): boolean {
    requireInstance('tensors', tensors, Map, 'a Map of tensors by their names');
    return Object.values(this.head.sizes).every((name) => tensors.has(`${this.headTensor(name)}.weight`));
  }

  /** Whether a checkpoint's own description names this family. */
  isNamedIn(about: Readonly<Record<string, string | undefined>>): boolean {
    requireObject('description', about);
    const texts: readonly unknown[] = [about.yaml_file, about.description];
    return texts.some((text) => typeof text === 'string' && text.toLowerCase().includes(this.id));
  }

  /** The name stands for the family in JSON. */
  toJSON(): string {
    return this.name;
  }
}
