/** Masks as polygons for maps. */
import { invalidArgument } from '../../errors.js';
import type { Mask } from '../../mask/mask.js';
import { toPolygons } from '../../mask/polygons.js';

/**
 * The numbers of a world file: x = a · column + b · row + c, y = d · column + e · row + f, of the centres of pixels.
 */
export interface WorldFile {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/**
 * Reads a world file (.pgw, .jgw, .tfw, .wld): six numbers a, d, b, e, c, f, one a line.
 * @throws FastSAMError `INVALID_ARGUMENT` for anything else.
 */
export function parseWorldFile(text: string, path: string): WorldFile {
  const numbers = text.trim().split(/\s+/).map(Number);
  if (numbers.length !== 6 || !numbers.every(Number.isFinite)) {
    throw invalidArgument(`${path}: got no world file, expected six numbers, one a line`);
  }
  const [a, d, b, e, c, f] = numbers;
  return { a, b, c, d, e, f };
}

/** GeoJSON's geometry of an area: for each part the outer ring, then its holes; the last point repeats the first. */
export interface MultiPolygon {
  readonly type: 'MultiPolygon';
  readonly coordinates: readonly (readonly (readonly (readonly [number, number])[])[])[];
}

/**
 * The outline of a mask through the centres of its border pixels. Without a world file coordinates are pixels, y down.
 * Parts and holes of less than three corners are left out.
 */
export function outlineOf(mask: Mask, tolerance: number, world?: WorldFile): MultiPolygon {
  const ring = (points: Int32Array): (readonly [number, number])[] => {
    const corners = Array.from({ length: points.length / 2 }, (_, i) =>
      toWorld(points[2 * i], points[2 * i + 1], world),
    );
    return corners.length < 3 ? [] : [...corners, corners[0]];
  };
  const coordinates = toPolygons(mask, { tolerance })
    .map(({ outer, holes }) => [ring(outer), ...holes.map(ring).filter((hole) => hole.length > 0)])
    .filter(([outer]) => outer.length > 0);
  return { type: 'MultiPolygon', coordinates };
}

function toWorld(column: number, row: number, world?: WorldFile): readonly [number, number] {
  if (!world) return [column, row];
  return [world.a * column + world.b * row + world.c, world.d * column + world.e * row + world.f];
}
