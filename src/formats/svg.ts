/** Results as a vector drawing: a path an object, along the corners of pixels. */
import { colourSource } from '../draw/drawObjects.js';
import { paintOrder } from '../mask/paintOrder.js';
import type { ColourOf, Rgb } from '../draw/palette.js';
import { toPolygons, type Polygon } from '../mask/polygons.js';
import { resolve } from '../options/resolve.js';
import { pickRows, type RowsOf } from '../options/row.js';
import type { SceneRecord } from '../record/record.js';
import { ENCODE_OPTIONS, type ImageFormat } from './format.js';
import { hasClasses, round } from './json.js';

/** How results become SVG. */
export interface SvgOptions {
  /** Largest distance in pixels that thinning out may move outlines; 0 (default) keeps them exact. */
  tolerance?: number;
  /** Opacity of the filling, 0 … 1. Default 0.5. */
  alpha?: number;
  /** Colour of an object by its track or id: a function, or a list to go through in turn. Default: `colourOf`. */
  colours?: ColourOf | readonly Rgb[];
}

/** Every option of `toSvg`. */
export const SVG_OPTIONS = pickRows(ENCODE_OPTIONS, ['tolerance', 'alpha', 'colours']) satisfies RowsOf<SvgOptions>;

const SCORE_DECIMALS = 6;

/**
 * An SVG of the image's size with one `<path>` for each object that has a pixel, the smallest on top: `id="object-7"`,
 * `data-score`, where objects were tracked `data-track`, and where the model has several classes `data-class`. Outlines
 * run along the corners of pixels, with holes (`fill-rule="evenodd"`); units are pixels of the image.
 */
export function resultsToSvg(results: SceneRecord, options: SvgOptions = {}): string {
  const { tolerance, alpha, colours } = resolve(SVG_OPTIONS, options);
  const { imageMasks, image, ids, scores, trackIds, classes, names } = results;
  const colour = colourSource(colours);
  const named = hasClasses(results);
  const paths = paintOrder(imageMasks).flatMap((i) => {
    const path = toPolygons(imageMasks[i], { tolerance, along: 'corners' }).map(pathOf).join('');
    if (path === '') return [];
    const index = classes?.[i] ?? 0;
    const attributes = {
      id: `object-${ids[i]}`,
      'data-score': `${round(scores[i], SCORE_DECIMALS)}`,
      ...(trackIds && { 'data-track': `${trackIds[i]}` }),
      ...(named && { 'data-class': names[index] ?? `class ${index}` }),
      fill: hex(colour(trackIds?.[i] ?? ids[i])),
      d: path,
    };
    const text = Object.entries(attributes).map(([name, value]) => `${name}="${escapeXml(value)}"`);
    return [`<path ${text.join(' ')}/>\n`];
  });
  const { width, height } = image;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `fill-rule="evenodd" fill-opacity="${alpha}">\n${paths.join('')}</svg>\n`
  );
}

function pathOf({ outer, holes }: Polygon): string {
  return [outer, ...holes].map(ringPath).join('');
}

/** A closed ring; steps along one axis are written by that axis alone. */
function ringPath(ring: Int32Array): string {
  let path = `M${ring[0]} ${ring[1]}`;
  for (let i = 2; i < ring.length; i += 2) {
    if (ring[i + 1] === ring[i - 1]) path += `H${ring[i]}`;
    else if (ring[i] === ring[i - 2]) path += `V${ring[i + 1]}`;
    else path += `L${ring[i]} ${ring[i + 1]}`;
  }
  return `${path}Z`;
}

function hex(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text for an attribute; what XML cannot hold goes. */
function escapeXml(text: string): string {
  // eslint-disable-next-line no-control-regex -- XML has no control characters
  return text.replace(/[\0-\x1f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

export const svg: ImageFormat = {
  name: 'svg',
  about: 'a path an object, along the corners of pixels',
  ending: '.svg',
  scope: 'image',
  encode: (scene, { options: { tolerance, alpha, colours } }) => resultsToSvg(scene, { tolerance, alpha, colours }),
};
