/** Advice of compiled graphs, which a test of TensorFlow's library follows. */
import type { Advice } from './trial.js';

const GRAPHS_TEST = 'runtime/compileAdvice.test.ts';

export const GRAPHS: Advice = {
  trials: [],
  elsewhere: {
    'load tfjs-node and make its backend active': GRAPHS_TEST,
    'compile it again': GRAPHS_TEST,
    'it must not branch on sizes': GRAPHS_TEST,
    'use an operation that does not name a size': GRAPHS_TEST,
    'make it an input of the graph, or use an operation that does not name a size': GRAPHS_TEST,
    'reshape in smaller steps, or fix a size by giving it in both examples': GRAPHS_TEST,
    'encode it again': GRAPHS_TEST,
    "use 'fp32' or 'auto'": GRAPHS_TEST,
    'give the tensors with which the graph was encoded': GRAPHS_TEST,
    'expected one at a time': GRAPHS_TEST,
    'they would be frozen as they are at the example. Express the step with tensor operations, or do it outside':
      GRAPHS_TEST,
  },
  untried: {
    'this operation cannot be written into a graph': 'no advice: what cannot be done',
  },
};
