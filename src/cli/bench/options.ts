/** What `fastsam bench` measures, and how. */
import type { Scale } from '../../model/families/scaling.js';
import type { Device, Precision } from '../../runtime/choices.js';

/** What can be measured. */
export const GROUPS = ['network', 'segment', 'memory', 'start'] as const;
export type Group = (typeof GROUPS)[number];

/** What is measured, and how. */
export interface BenchOptions {
  readonly scale?: Scale[];
  readonly size?: number[];
  readonly device?: Device[];
  readonly precision?: Precision[];
  readonly threads: number[];
  readonly only?: Group[];
  readonly objects: number[];
  readonly imgsz: number;
  readonly image?: string;
  readonly rounds?: number | undefined;
  readonly quick?: true;
  readonly json?: true;
}

/** Objects of the measurement of memory. */
export const MANY = 300;
