/** A controller and an annotator that show the same: what is selected here can be edited there, and comes back. */
import { annotationOf, itemOf, maskOf } from './annotation.js';

/**
 * @param annotator of `createImageAnnotator` or `createOSDAnnotator`, with the adapter `W3CImageFormat`.
 * @param interaction the controller of the picture.
 * @param source the picture's address.
 */
export function connect(annotator, interaction, source) {
  const { width, height } = interaction.scene.image;
  const edited = (annotation) => {
    interaction.setMask(maskOf(annotation, width, height), itemOf(annotation));
  };
  const show = () => {
    annotator.setAnnotations(interaction.state.items.map((item) => annotationOf(item, source)));
  };
  show();
  interaction.on('select', show);
  annotator.on('updateAnnotation', edited);
  annotator.on('createAnnotation', edited);
  annotator.on('deleteAnnotation', (annotation) => interaction.remove(itemOf(annotation)));
}
