/** Advice of data sets, studies and results. */
import type { Advice } from './trial.js';

export const DATA: Advice = { trials: [], elsewhere: {}, untried: {} };
