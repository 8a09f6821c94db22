/** Colours of objects on the canvas: stable by id, quiet enough to see the photograph below. */
import { colourOf } from 'fastsam-tfjs';
import { word, type Palette } from './indexImage.js';

/** How strongly objects are shown; faint beside a selection. */
export type Strength = 'full' | 'faint' | 'outline';

/** Opacity of fill and edge, 0 … 255. */
const STRENGTHS: Readonly<Record<Strength, { readonly fill: number; readonly edge: number }>> = {
  full: { fill: 82, edge: 225 },
  faint: { fill: 26, edge: 120 },
  outline: { fill: 0, edge: 235 },
};

/**
 * Colours of all objects.
 * @param ids of the objects, by index; labels are index + 1.
 */
export function paletteOf(ids: ArrayLike<number>, strength: Strength): Palette {
  const opacity = STRENGTHS[strength];
  const fill = new Uint32Array(ids.length + 1);
  const edge = new Uint32Array(ids.length + 1);
  for (let i = 0; i < ids.length; i++) {
    const [red, green, blue] = colourOf(ids[i]);
    fill[i + 1] = word(red, green, blue, opacity.fill);
    edge[i + 1] = word(red, green, blue, opacity.edge);
  }
  return { fill, edge };
}

/** A colour as CSS has it. */
export function cssColour(id: number, alpha = 1): string {
  const [red, green, blue] = colourOf(id);
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}
