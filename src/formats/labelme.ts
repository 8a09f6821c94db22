/** Results as the files of the annotation tool labelme. */
import type { Mask } from '../mask/mask.js';
import { toPolygons } from '../mask/polygons.js';
import { boundingRect, cropToWindow } from '../mask/setOps.js';
import { oneOf, text } from '../options/kinds.js';
import { resolve } from '../options/resolve.js';
import { pickRows, type RowsOf } from '../options/row.js';
import { toBase64 } from '../options/show.js';
import { platform } from '../platform/platform.js';
import type { SceneRecord } from '../record/record.js';
import { ENCODE_OPTIONS, type ImageFormat } from './format.js';
import { round } from './json.js';

/** One shape of a file. */
export interface LabelmeShape {
  /** Name of the class. */
  label: string;
  /** x, y in pixels: of a polygon its corners, of a mask the first and the last pixel of its box. */
  points: [number, number][];
  /** Binds the parts of one object, and a track through a video; else null. */
  group_id: number | null;
  description: string;
  shape_type: 'polygon' | 'mask';
  flags: Record<string, boolean>;
  /** Of a mask: its box as a PNG of one channel in base64, 0 or 255; of a polygon null. */
  mask: string | null;
  /** A field of ours; labelme keeps it. */
  score: number;
}

/** The file of one image. */
export interface LabelmeFile {
  version: string;
  flags: Record<string, boolean>;
  shapes: LabelmeShape[];
  /** Seen from the file. */
  imagePath: string;
  /** labelme reads the image itself. */
  imageData: null;
  imageHeight: number;
  imageWidth: number;
}

/** How results become a file of labelme. */
export interface LabelmeOptions {
  /**
   * `polygon` (default): a shape for each part of an object, which can be edited; holes are lost. `mask`: one shape an
   * object, exact; labelme reads them from 5.2 on.
   */
  shapes?: 'polygon' | 'mask';
  /** Largest distance in pixels that thinning out may move polygons; 0 (default) keeps them exact. */
  tolerance?: number;
  /** Where the image lies, seen from the file. Default: the name of the image, so that they lie side by side. */
  imagePath?: string;
}

/** Every option of `toLabelme`. */
export const LABELME_OPTIONS = {
  ...pickRows(ENCODE_OPTIONS, ['tolerance']),
  shapes: oneOf(['polygon', 'mask'], {
    text: 'a shape for each part, editable but without holes; or one exact mask an object',
    default: 'polygon',
  }),
  imagePath: text({ text: 'where the image lies, seen from the file', otherwise: 'the name of the image' }),
} satisfies RowsOf<LabelmeOptions>;

/** The release whose fields these are; later ones read them, too. */
const VERSION = '5.5.0';
const SCORE_DECIMALS = 6;
/** labelme takes no polygon of fewer points. */
const CORNERS = 3;

/**
 * The objects as labelme's shapes, in their order. Polygons run through the centres of border pixels, as labelme fills
 * polygons with their border: so it makes the same pixels of them. Objects without a pixel are left out.
 * @throws FastSAMError `INVALID_ARGUMENT` for wrong options.
 */
export async function resultsToLabelme(results: SceneRecord, options: LabelmeOptions = {}): Promise<LabelmeFile> {
  const { shapes, tolerance, imagePath } = resolve(LABELME_OPTIONS, options);
  const { image, imageMasks, scores, trackIds, classes, names, ids } = results;
  const found: LabelmeShape[] = [];
  for (const [i, mask] of imageMasks.entries()) {
    const index = classes?.[i] ?? 0;
    const parts = shapes === 'mask' ? await maskShape(mask) : polygonShapes(mask, tolerance);
    const group = trackIds?.[i] ?? (parts.length > 1 ? ids[i] : null);
    for (const { points, png } of parts) {
      found.push({
        label: names[index] ?? `class ${index}`,
        points,
        group_id: group,
        description: '',
        shape_type: shapes,
        flags: {},
        mask: png,
        score: round(scores[i], SCORE_DECIMALS),
      });
    }
  }
  return {
    version: VERSION,
    flags: {},
    shapes: found,
    imagePath: imagePath ?? baseName(image.path ?? 'image'),
    imageData: null,
    imageHeight: image.height,
    imageWidth: image.width,
  };
}

interface Part {
  readonly points: [number, number][];
  readonly png: string | null;
}

function polygonShapes(mask: Mask, tolerance: number): Part[] {
  return toPolygons(mask, { tolerance }).map(({ outer }) => {
    const points = Array.from({ length: outer.length / 2 }, (_, i): [number, number] => [
      outer[2 * i],
      outer[2 * i + 1],
    ]);
    // A part of one pixel, or a line: the last point stands for those that are missing.
    while (points.length < CORNERS) points.push(points[points.length - 1]);
    return { points, png: null };
  });
}

async function maskShape(mask: Mask): Promise<Part[]> {
  const box = boundingRect(mask);
  if (!box) return [];
  const { x, y, width, height } = box;
  const tight = cropToWindow(mask, box);
  const bytes = new Uint8Array(width * height);
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) if (tight.has(x + c, y + r)) bytes[r * width + c] = 255;
  }
  const png = await platform().encodePng(bytes, width, height);
  return [
    {
      points: [
        [x, y],
        [x + width - 1, y + height - 1],
      ],
      png: toBase64(png),
    },
  ];
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

export const labelme: ImageFormat = {
  name: 'labelme',
  about: 'polygons as the annotation tool labelme keeps them',
  ending: '.json',
  scope: 'image',
  encode: async (scene, { name, options: { tolerance } }) =>
    `${JSON.stringify(await resultsToLabelme(scene, { tolerance, imagePath: baseName(name) }))}\n`,
};
