/** Advice of the controller and the element, followed. */
import { Interaction } from '../../../src/interact/interaction.js';
import { resizeMask } from '../../../src/mask/resize.js';
import { maskOf } from '../../support/masks.js';
import { sceneOf } from '../../support/scenes.js';
import type { Advice } from './trial.js';

const other = maskOf('#.', '..');
const interaction = () => new Interaction(sceneOf([maskOf('##..', '##..', '....', '....')], [0.9]));

export const INTERACT: Advice = {
  trials: [
    {
      advice: 'make a new Interaction for another image',
      provoke: () => {
        interaction().replaceScene(sceneOf([other], [0.9]));
      },
      follow: () => new Interaction(sceneOf([other], [0.9])),
    },
    {
      advice: 'resize it to them with masks.resizeMask',
      provoke: () => interaction().setMask(other),
      follow: () => interaction().setMask(resizeMask(other, 4, 4)),
    },
  ],
  elsewhere: {
    'give the address of an image': 'element/element.test.ts',
  },
  untried: {},
};
