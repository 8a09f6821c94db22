/**
 * From the start of a process to the first mask: `node firstMask.js SPEC IMAGE` loads the package and a model, finds the
 * objects of an image, prints a line, and ends. SPEC as in spec.ts.
 */
import { encodeReply } from './protocol.js';
import { giveUp } from './serve.js';
import { loadFromSpec, specOfProcess } from './spec.js';

try {
  // The faster way to one image, which the command line takes too.
  const model = await loadFromSpec({ ...specOfProcess(), graphWeights: 'external' });
  const results = await model.segment(process.argv[3]);
  const area = results.at(0).mask.area;
  const { user, system } = process.cpuUsage();
  process.stdout.write(encodeReply({ cpu: (user + system) / 1000, area }));
  model.dispose();
} catch (error) {
  giveUp(error);
}
