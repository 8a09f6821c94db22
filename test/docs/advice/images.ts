/** Advice of images, videos, models, options and prompts. */
import type { Advice } from './trial.js';

export const IMAGES: Advice = {
  trials: [],
  elsewhere: {},
  untried: {},
};
