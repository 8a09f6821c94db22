/** The stage as other parts of the page reach it. */
import * as app from '../state/app.js';
import type { Renderer } from '../canvas/renderer.js';
import { centred, zoomed } from '../canvas/view.js';

export const stage: { renderer: Renderer | undefined; zoom(factor: number): void; actualSize(): void } = {
  renderer: undefined,
  /** About the middle of the screen. */
  zoom(factor) {
    const { renderer } = this;
    const picture = app.picture.value;
    if (!renderer || !picture) return;
    const { width, height } = renderer.viewport;
    renderer.view = zoomed(renderer.view, factor, { x: width / 2, y: height / 2 }, picture);
  },
  /** One pixel of the picture on one of the screen. */
  actualSize() {
    const { renderer } = this;
    const picture = app.picture.value;
    if (renderer && picture) renderer.view = centred(renderer.viewport, picture, 1 / devicePixelRatio);
  },
};
