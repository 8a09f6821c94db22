/** Objects over an `<img>`: click an outline, drag its corners; what you edit is a mask again. */
import { createImageAnnotator, W3CImageFormat } from '@annotorious/annotorious';
import { Interaction } from 'fastsam-tfjs/interact';
import { connect } from './connect.js';

/**
 * @param image an `<img>` that is loaded.
 * @param scene what `segment` found in it.
 */
export function annotateImage(image, scene) {
  const annotator = createImageAnnotator(image, { adapter: W3CImageFormat(image.src) });
  const interaction = new Interaction(scene);
  connect(annotator, interaction, image.src);
  return { annotator, interaction };
}
