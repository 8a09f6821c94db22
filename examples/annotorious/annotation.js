/**
 * Masks as W3C web annotations, and back. The outline goes along the corners of pixels, so with a tolerance of 0 the mask
 * that comes back has the same pixels; parts and holes are rings of one path, filled by the even-odd rule.
 */
import { masks } from 'fastsam-tfjs/mask';

/** `x0, y0, x1, y1, …` as a part of an SVG path. */
const pathOf = (ring) => `M${Array.from(ring).join(' ').replace(/(\S+ \S+) /g, '$1 L')} Z`;

/**
 * @param item of a controller's state: its id and mask.
 * @param source the picture's address.
 * @param tolerance pixels by which the outline may move to lose points: fewer handles to drag.
 */
export function annotationOf({ id, mask }, source, tolerance = 1) {
  const polygons = masks.toPolygons(mask, { along: 'corners', tolerance });
  const path = polygons.flatMap(({ outer, holes }) => [outer, ...holes].map(pathOf)).join(' ');
  return {
    '@context': 'http://www.w3.org/ns/anno.jsonld',
    id: `item-${id}`,
    type: 'Annotation',
    body: [{ type: 'TextualBody', purpose: 'tagging', value: 'object' }],
    target: {
      source,
      selector: { type: 'SvgSelector', value: `<svg><path fill-rule="evenodd" d="${path}"/></svg>` },
    },
  };
}

/** The item that an annotation came from; undefined for one that was drawn in Annotorious. */
export const itemOf = ({ id }) => (/^item-\d+$/.test(id) ? Number(id.slice(5)) : undefined);

/** The mask of an annotation's path or polygon. */
export function maskOf({ target }, width, height) {
  const { selector } = Array.isArray(target) ? target[0] : target;
  const { value } = Array.isArray(selector) ? selector[0] : selector;
  const points = /(?:points|\sd)="([^"]*)"/.exec(value)[1];
  const rings = points.split(/[Mm]/).map((ring) => (ring.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number));
  return masks.fromRings(rings.filter(({ length }) => length > 0), width, height);
}
