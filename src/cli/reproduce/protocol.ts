/** What the process of one way gets, and what it gives back. */
import type { LoadOptions } from '../../model/loadOptions.js';
import type { SegmentOptions } from '../../model/options.js';

/** One way to compute the same thing. */
export interface Way {
  readonly label: string;
  readonly load: Pick<LoadOptions, 'device' | 'precision' | 'compile' | 'keepBatchNorm'>;
  /** Images that go through the network together. */
  readonly batch: number;
  /** Variables of the process: threads. */
  readonly env?: Readonly<Record<string, string>>;
  /** The label of the way that this one is to equal, bit by bit; absent: none. */
  readonly like?: string;
}

/** The task of a process. */
export interface WayTask {
  readonly way: Pick<Way, 'load' | 'batch'>;
  readonly model: string;
  readonly images: readonly string[];
  readonly settings: Pick<SegmentOptions, 'imgsz' | 'conf'>;
  readonly data?: { readonly annotations: string; readonly folder: string; readonly limit?: number };
}

/** What one image gave. */
export interface ImageOutcome {
  /** SHA-256 of boxes, scores, coefficients, prototypes and masks. */
  readonly hash: string;
  /** float32, base64. */
  readonly prototypes: string;
  /** COCO RLE of each mask. */
  readonly masks: readonly { readonly size: readonly [number, number]; readonly counts: string }[];
}

/** What a process gives back; `refused` where the machine does not have this way. */
export type WayOutcome =
  | { readonly refused: string }
  | { readonly images: readonly ImageOutcome[]; readonly ap?: number | undefined; readonly refused?: undefined };
