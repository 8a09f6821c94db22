/** Advice of checkpoints, downloads, CLIP, the native library, devices, compiled graphs. */
import type { Advice } from './trial.js';

export const WEIGHTS: Advice = {
  trials: [],
  elsewhere: {},
  untried: {},
};
