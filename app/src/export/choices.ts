/** What can be saved, and how; the last choice is remembered. */
import { isRecord, kept } from '../state/kept.js';

export type Scope = 'selection' | 'all';
export type Background = 'transparent' | 'colour' | 'blurred';

/** A kind of file. */
export interface Format {
  readonly id: 'cutout' | 'cutouts' | 'masks' | 'index' | 'svg' | 'coco' | 'yolo' | 'labelme' | 'json';
  readonly label: string;
  readonly about: string;
  /** Which settings it has. */
  readonly cut?: true;
  readonly outline?: true;
  readonly classes?: true;
}

export const FORMATS: readonly Format[] = [
  { id: 'cutout', label: 'Cut-out', about: 'One PNG, the rest transparent', cut: true },
  { id: 'cutouts', label: 'Cut-outs', about: 'A PNG for each object', cut: true },
  { id: 'masks', label: 'Masks', about: 'A black and white PNG for each object' },
  { id: 'index', label: 'Index PNG', about: 'Each pixel is the number of its object' },
  { id: 'svg', label: 'SVG', about: 'Outlines as paths', outline: true },
  { id: 'coco', label: 'COCO', about: 'JSON with exact run lengths', classes: true },
  { id: 'yolo', label: 'YOLO', about: 'Segmentation labels and names', classes: true },
  { id: 'labelme', label: 'labelme', about: 'Polygons for the labelling tool', outline: true, classes: true },
  { id: 'json', label: 'Record', about: 'Everything, as JSON of this package', classes: true },
];

export interface Choice {
  readonly format: Format['id'];
  readonly scope: Scope;
  /** Pixels over which a cut-out's edge fades, 0 … 5. */
  readonly feather: number;
  /** Pixels around a cut-out. */
  readonly padding: number;
  readonly background: Background;
  /** `#rrggbb`. */
  readonly colour: string;
  /** Pixels that thinning out may move outlines. */
  readonly tolerance: number;
  /** Class of what has none of its own. */
  readonly label: string;
}

const FIRST: Choice = {
  format: 'cutout',
  scope: 'selection',
  feather: 1,
  padding: 8,
  background: 'transparent',
  colour: '#ffffff',
  tolerance: 0.5,
  label: 'object',
};

function isChoice(value: unknown): value is Choice {
  if (!isRecord(value)) return false;
  const { format, scope, background, colour } = value;
  return (
    Object.entries(FIRST).every(([name, one]) => typeof value[name] === typeof one) &&
    FORMATS.some(({ id }) => id === format) &&
    (scope === 'selection' || scope === 'all') &&
    (background === 'transparent' || background === 'colour' || background === 'blurred') &&
    /^#[0-9a-f]{6}$/.test(String(colour))
  );
}

export const choice = kept<Choice>('export', FIRST, isChoice);
