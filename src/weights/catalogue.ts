/** The checkpoints that are known by name. */
import { FastSAMError } from '../errors.js';

/**
 * What `segment` does with a checkpoint unless told otherwise. What the file itself says (`imgsz`, `conf` and `iou` in the
 * metadata of a safetensors file, `imgsz` in a .pt) comes before what the catalogue says.
 */
export interface ModelDefaults {
  /** Longer side of the network input in pixels. */
  readonly imgsz: number;
  /** Lowest score of a detection, 0…1. */
  readonly conf: number;
  /** Overlap of boxes above which the lower-scored one goes, 0…1. */
  readonly iou: number;
}

/** A file of weights that somebody published. */
export interface PublishedFile {
  readonly name: string;
  /** File name in the cache, in `FASTSAM_WEIGHTS_DIR` and on a mirror. */
  readonly file: string;
  /** Where the file is published; absent for what the package ships. */
  readonly url?: string;
  /** Place inside the package, for what it ships. */
  readonly bundled?: string;
  /** Exact size; absent: not checked. */
  readonly bytes?: number;
  /** Hexadecimal; absent: recorded at the first download and compared from then on. */
  readonly sha256?: string;
  /** Whose the weights are and under which licence: one sentence. */
  readonly licence: string;
}

/** A checkpoint for segmentation. */
export interface CatalogueEntry extends PublishedFile {
  /** Absent where the file says them itself. */
  readonly defaults?: ModelDefaults;
}

const ULTRALYTICS = 'https://github.com/ultralytics/assets/releases/download/v8.4.0/';
const ULTRALYTICS_LICENCE =
  'Weights of the FastSAM authors, published by Ultralytics, who label them AGPL-3.0; downloaded at your request, not part of this package.';
/** The defaults of the original's own script, also for checkpoints that the catalogue does not know. */
export const FASTSAM_DEFAULTS: ModelDefaults = { imgsz: 1024, conf: 0.4, iou: 0.9 };

/** The checkpoints that have a name. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: 'FastSAM-s',
    file: 'FastSAM-s.pt',
    url: `${ULTRALYTICS}FastSAM-s.pt`,
    bytes: 23_851_578,
    sha256: 'c9f78716a81c7aff0d608ccc73e1b82ab3aaad86005049f6a92106a0be6d0844',
    defaults: FASTSAM_DEFAULTS,
    licence: ULTRALYTICS_LICENCE,
  },
  {
    name: 'FastSAM-x',
    file: 'FastSAM-x.pt',
    url: `${ULTRALYTICS}FastSAM-x.pt`,
    bytes: 144_972_346,
    defaults: FASTSAM_DEFAULTS,
    licence: ULTRALYTICS_LICENCE,
  },
  {
    name: 'demo',
    file: 'demo.safetensors',
    bundled: 'weights/demo.safetensors',
    licence: 'Trained for this package and shipped with it, for research and demonstration (weights/demo.md).',
  },
];

/** Lower case, `_` and blanks as `-`, the ending of a weights file removed. */
function normalise(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/\.(pt|safetensors)$/, '')
    .replace(/[_\s]+/g, '-');
}

/** The entry of that name or file name: case, `_` for `-` and a `.pt` at the end make no difference. */
export function findIn<E extends PublishedFile>(catalogue: readonly E[], name: string): E | undefined {
  const wanted = normalise(name);
  return catalogue.find((entry) => normalise(entry.name) === wanted || normalise(entry.file) === wanted);
}

/** The checkpoint for segmentation of that name, see `findIn`. */
export function findInCatalogue(name: string): CatalogueEntry | undefined {
  return findIn(CATALOGUE, name);
}

/** A default of the models in words: `0.4, or what the checkpoint says`. */
export function defaultInWords(name: keyof ModelDefaults): string {
  return `${FASTSAM_DEFAULTS[name]}, or what the checkpoint says`;
}

/** The error for a name that is neither in the catalogue nor a file. */
export function unknownName(name: string, catalogue: readonly PublishedFile[] = CATALOGUE): FastSAMError {
  const known = catalogue.map((entry) => entry.name).join(', ');
  return new FastSAMError(
    'UNKNOWN_NAME',
    `weights: got '${name}', expected one of ${known}, the path of a file or a URL; check the spelling`,
  );
}
