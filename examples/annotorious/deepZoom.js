/** The same in OpenSeadragon, for pictures that are zoomed far into. */
import { createOSDAnnotator, W3CImageFormat } from '@annotorious/openseadragon';
import { Interaction } from 'fastsam-tfjs/interact';
import { connect } from './connect.js';

/**
 * @param viewer an OpenSeadragon viewer whose picture is open.
 * @param source the picture's address.
 * @param scene what `segment` found in it.
 */
export function annotateViewer(viewer, source, scene) {
  const annotator = createOSDAnnotator(viewer, { adapter: W3CImageFormat(source) });
  const interaction = new Interaction(scene);
  connect(annotator, interaction, source);
  return { annotator, interaction };
}
