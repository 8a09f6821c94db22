/** The brush's size on the screen, as the pointer shows it. */
import { computed, signal } from '@preact/signals';
import * as app from '../state/app.js';

/** CSS pixels a picture pixel. */
export const viewScale = signal(1);

/** Pointers larger than this are not shown by browsers. */
const LARGEST = 126;

/** A ring of the brush's size as CSS `cursor`; undefined for other tools. */
export const brushRing = computed(() => {
  const state = app.snapshot.value;
  if (state?.tool !== 'brush' && state?.tool !== 'eraser') return undefined;
  const side = Math.min(LARGEST, Math.max(6, Math.round(2 * state.brushRadius * viewScale.value) + 2));
  const middle = side / 2;
  const ring = (radius: number, colour: string): string =>
    `<circle cx='${middle}' cy='${middle}' r='${radius}' fill='none' stroke='${colour}'/>`;
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' width='${side}' height='${side}'>${ring(middle - 1, 'black')}${ring(middle - 2, 'white')}</svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}") ${Math.round(middle)} ${Math.round(middle)}, crosshair`;
});
