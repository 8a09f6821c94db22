/** The settings of the network: one row each, and what a change of them makes necessary. */

/** Absent: the model's own. */
export interface Settings {
  readonly imgsz?: number;
  readonly conf?: number;
  readonly iou?: number;
  readonly maxDet?: number;
  readonly retinaMasks?: boolean;
  readonly snapFullBoxes?: boolean;
  readonly square?: boolean;
}

/** A row of the settings page. */
export type SettingRow = {
  readonly label: string;
  readonly help: string;
} & (
  | { readonly name: 'imgsz'; readonly kind: 'choice'; readonly choices: readonly number[] }
  | {
      readonly name: 'conf' | 'iou' | 'maxDet';
      readonly kind: 'range';
      readonly low: number;
      readonly high: number;
      readonly step: number;
      /** Where the model says nothing. */
      readonly usual: number;
    }
  | { readonly name: 'retinaMasks' | 'snapFullBoxes' | 'square'; readonly kind: 'switch'; readonly usual: boolean }
);

/** Every option of `segment` that a page can have; `LEFT_OUT` says why others are not here. */
export const SETTING_ROWS: readonly SettingRow[] = [
  {
    name: 'imgsz',
    kind: 'choice',
    label: 'Detail',
    help: 'Size at which the network sees the picture. More finds smaller objects, and takes longer.',
    choices: [320, 480, 640, 1024],
  },
  {
    name: 'conf',
    kind: 'range',
    label: 'Confidence',
    help: 'Objects that the network is less sure of are left out.',
    low: 0.01,
    high: 0.95,
    step: 0.01,
    usual: 0.4,
  },
  {
    name: 'iou',
    kind: 'range',
    label: 'Overlap',
    help: 'How much two objects may overlap before the weaker one is left out.',
    low: 0.05,
    high: 1,
    step: 0.01,
    usual: 0.9,
  },
  {
    name: 'maxDet',
    kind: 'range',
    label: 'Most objects',
    help: 'The best ones stay.',
    low: 1,
    high: 1000,
    step: 1,
    usual: 300,
  },
  {
    name: 'retinaMasks',
    kind: 'switch',
    label: 'Fine edges',
    help: 'Masks at the picture’s own resolution. Off: faster, coarser.',
    usual: true,
  },
  {
    name: 'snapFullBoxes',
    kind: 'switch',
    label: 'Backgrounds to the edge',
    help: 'An object that nearly fills the picture reaches its border.',
    usual: true,
  },
  {
    name: 'square',
    kind: 'switch',
    label: 'Square input',
    help: 'Pads the picture to a square, as some other programs do.',
    usual: false,
  },
];

/** Options of `segment` that the app does not show, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  batch: 'one picture at a time',
  compat: 'for comparison studies',
  edit: 'functions cannot go to a worker',
  maxPixels: 'the app looks at the size of a picture itself',
  window: 'browsers give 8 bits only',
  onStage: 'the app listens to it',
  signal: 'the cancel button',
};

/** What a change of settings makes necessary: nothing but a filter, boxes and masks again, or the network again. */
export type Rerun = 'none' | 'filter' | 'select' | 'network';

/** The options that change what goes into the network. */
const OF_NETWORK = ['imgsz', 'square'] as const;

/**
 * What has to be done to get from one set of settings to another.
 * @param usual the model's own values.
 */
export function rerunFor(from: Settings, to: Settings, usual: { readonly conf: number }): Rerun {
  const changed = SETTING_ROWS.filter(({ name }) => from[name] !== to[name]).map(({ name }) => name);
  if (changed.length === 0) return 'none';
  if (changed.some((name) => OF_NETWORK.some((one) => one === name))) return 'network';
  const rises = (to.conf ?? usual.conf) >= (from.conf ?? usual.conf);
  return changed.length === 1 && changed[0] === 'conf' && rises ? 'filter' : 'select';
}
