/** Colours that stay apart for hundreds of objects. */

import { requireNumber } from '../options/requireKind.js';

/** 8-bit sRGB. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** A colour for each object, by its id. */
export type ColourOf = (id: number) => Rgb;

/** Colours before the palette starts again. */
export const PALETTE_SIZE = 512;

// What may become a colour, in OKLCH (Ottosson 2020): neither so dark nor so pale that it looks like shadow or paper,
// and far enough from grey that it does not look like the photograph underneath.
const LIGHTNESS = [0.52, 0.88] as const;
const CHROMA = [0.1, 0.26] as const;
const LIGHTNESS_STEP = 0.03;
const CHROMA_STEP = 0.025;
const HUE_STEP = 5;
/** Where the palette starts: a clear blue. */
const FIRST_HUE = 255;

let palette: Rgb[] | undefined;

/**
 * The colour of an object: the same for the same id in every image and on every machine. The colours are ordered so
 * that each one is as far as possible (OKLab distance) from all before it; any first n are near the best n.
 * @param id object id, 0, 1, 2 …; ids beyond the palette start again at its beginning.
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no number.
 */
export function colourOf(id: number): Rgb {
  requireNumber('id', id, -Number.MAX_VALUE, Number.MAX_VALUE);
  palette ??= buildPalette(PALETTE_SIZE);
  return palette[((Math.trunc(id) % PALETTE_SIZE) + PALETTE_SIZE) % PALETTE_SIZE];
}

/** Distance of two colours in OKLab: about 0.02 is just visible, black to white is 1. */
export function colourDistance(a: Rgb, b: Rgb): number {
  const [l1, a1, b1] = toOklab(a);
  const [l2, a2, b2] = toOklab(b);
  return Math.hypot(l1 - l2, a1 - a2, b1 - b2);
}

/** Black or white, whichever reads better on the colour. */
export function inkOn(colour: Rgb): Rgb {
  return toOklab(colour)[0] > 0.68 ? [0, 0, 0] : [255, 255, 255];
}

/** Moves a colour towards white (amount 0 … 1) or black (amount -1 … 0). */
export function shade(colour: Rgb, amount: number): Rgb {
  const goal = amount > 0 ? 255 : 0;
  const k = Math.abs(amount);
  return [mix(colour[0], goal, k), mix(colour[1], goal, k), mix(colour[2], goal, k)];
}

function mix(from: number, to: number, k: number): number {
  return Math.round(from + (to - from) * k);
}

interface Candidate {
  readonly rgb: Rgb;
  readonly lab: readonly [number, number, number];
  /** Distance to the nearest colour taken so far. */
  nearest: number;
}

/** Farthest-point order over all candidates, O(size * candidates). */
function buildPalette(size: number): Rgb[] {
  const candidates = listCandidates();
  const colours: Rgb[] = [];
  let next = 0;
  for (let n = 0; n < size; n++) {
    const taken = candidates[next];
    colours.push(taken.rgb);
    let farthest = -1;
    for (let i = 0; i < candidates.length; i++) {
      const c = candidates[i];
      const distance = Math.hypot(c.lab[0] - taken.lab[0], c.lab[1] - taken.lab[1], c.lab[2] - taken.lab[2]);
      if (distance < c.nearest) c.nearest = distance;
      if (c.nearest > farthest) {
        farthest = c.nearest;
        next = i;
      }
    }
  }
  return colours;
}

/** Every colour of the OKLCH grid that sRGB can show, the first hue's most vivid one first. */
function listCandidates(): Candidate[] {
  const found: Candidate[] = [];
  for (let h = 0; h < 360; h += HUE_STEP) {
    const hue = ((FIRST_HUE + h) * Math.PI) / 180;
    for (let chroma = CHROMA[1]; chroma >= CHROMA[0] - 1e-9; chroma -= CHROMA_STEP) {
      for (let lightness = LIGHTNESS[0]; lightness <= LIGHTNESS[1] + 1e-9; lightness += LIGHTNESS_STEP) {
        const lab = [lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)] as const;
        const rgb = fromOklab(lab);
        if (rgb) found.push({ rgb, lab, nearest: Infinity });
      }
    }
  }
  return found;
}

/** OKLab to 8-bit sRGB; undefined outside sRGB's gamut. */
function fromOklab([lightness, a, b]: readonly [number, number, number]): Rgb | undefined {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  if (linear.some((v) => v < 0 || v > 1)) return undefined;
  return [encode(linear[0]), encode(linear[1]), encode(linear[2])];
}

function toOklab(rgb: Rgb): [number, number, number] {
  const [r, g, b] = [decode(rgb[0]), decode(rgb[1]), decode(rgb[2])];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function encode(linear: number): number {
  return Math.round(255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055));
}

function decode(byte: number): number {
  const v = byte / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}
