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

/** An address that has a copy of a file. */
export interface FileSource {
  readonly url: string;
  /** The host sends CORS headers, so that pages of any origin may read what it gives. */
  readonly cors?: true;
}

/** One content that a published file is known to have. */
export interface FileVersion {
  readonly bytes: number;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
}

/** A file of weights that somebody published. */
export interface PublishedFile {
  readonly name: string;
  /** File name in the cache, in `FASTSAM_WEIGHTS_DIR` and on a mirror. */
  readonly file: string;
  /** Who has copies, in the order in which they are asked; none for what the package ships. */
  readonly sources: readonly FileSource[];
  /** Place inside the package, for what it ships. */
  readonly bundled?: string;
  /** What a copy may be, the first publisher's file first; none for what the package ships. */
  readonly versions: readonly FileVersion[];
  /** Whose the weights are and under which licence: one sentence. */
  readonly licence: string;
}

/** A checkpoint for segmentation. */
export interface CatalogueEntry extends PublishedFile {
  /** Absent where the file says them itself. */
  readonly defaults?: ModelDefaults;
}

/** A file of a repository on Hugging Face, whose `resolve` addresses may be read by any page. */
export function huggingFace(repository: string, file: string): FileSource {
  return { url: `https://huggingface.co/${repository}/resolve/main/${file}`, cors: true };
}

/** Files of a release on GitHub, which sends no CORS headers. */
const ultralytics = (file: string): FileSource => ({
  url: `https://github.com/ultralytics/assets/releases/download/v8.4.0/${file}`,
});

const ULTRALYTICS_LICENCE =
  'Weights of the FastSAM authors, published by Ultralytics, who label them AGPL-3.0; downloaded at your request, not part of this package.';
/** The defaults of the original's own script, also for checkpoints that the catalogue does not know. */
export const FASTSAM_DEFAULTS: ModelDefaults = { imgsz: 1024, conf: 0.4, iou: 0.9 };

/** The checkpoints that have a name. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: 'FastSAM-s',
    file: 'FastSAM-s.pt',
    sources: [ultralytics('FastSAM-s.pt'), huggingFace('Uminosachi/FastSAM', 'FastSAM-s.pt')],
    versions: [{ bytes: 23_851_578, sha256: 'c9f78716a81c7aff0d608ccc73e1b82ab3aaad86005049f6a92106a0be6d0844' }],
    defaults: FASTSAM_DEFAULTS,
    licence: ULTRALYTICS_LICENCE,
  },
  {
    name: 'FastSAM-x',
    file: 'FastSAM-x.pt',
    sources: [
      ultralytics('FastSAM-x.pt'),
      huggingFace('Uminosachi/FastSAM', 'FastSAM-x.pt'),
      huggingFace('conrevo/SAM4WebUI-Extension-Models', 'FastSAM-x.pt'),
    ],
    versions: [{ bytes: 144_972_346, sha256: '752cadc2828edb1cd4bc4f9eb587100631af06ea2108f4c9ed56df4755701e76' }],
    defaults: FASTSAM_DEFAULTS,
    licence: ULTRALYTICS_LICENCE,
  },
  {
    name: 'demo',
    file: 'demo.safetensors',
    sources: [],
    bundled: 'weights/demo.safetensors',
    versions: [],
    licence: 'Trained for this package and shipped with it, for research and demonstration (weights/demo.md).',
  },
];

/** Lower case, `_` and blanks as `-`, the ending of a weights file removed. */
export function normaliseName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/\.(pt|safetensors)$/, '')
    .replace(/[_\s]+/g, '-');
}

/** The entry of that name or file name: case, `_` for `-` and a `.pt` at the end make no difference. */
export function findIn<E extends PublishedFile>(catalogue: readonly E[], name: string): E | undefined {
  const wanted = normaliseName(name);
  return catalogue.find((entry) => normaliseName(entry.name) === wanted || normaliseName(entry.file) === wanted);
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
