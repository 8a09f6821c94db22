/** Whether memory grows over many pictures. */
import { join } from 'node:path';
import { Contender } from '../../src/cli/bench/contender.js';
import { presentVariants, specOf } from '../../src/cli/bench/contenders.js';
import { examplePath, makeMosaic } from '../../src/cli/bench/pictures.js';
import { FOLDER, ROOT } from './models.js';
import type { Soak } from './report.js';

const EXAMPLES = ['astronaut.jpg', 'coffee.jpg', 'coins.png', 'rocket.jpg'];
const SAMPLES = 10;

/** Segments pictures of five sizes in turn with the shipped model on the fastest device. */
export async function soak(pictures: number): Promise<Soak> {
  const [variant] = await presentVariants({ threads: [1], precisions: ['fp32'] });
  const program = (script: string) => [process.execPath, join(ROOT, 'dist', 'cli', 'bench', `${script}.js`)];
  const contender = await Contender.start(specOf(variant, 'demo', program));
  const paths = [...EXAMPLES.map(examplePath), await makeMosaic('1080p', FOLDER)];
  const resident: number[] = [];
  try {
    for (const picture of paths) {
      await contender.add(picture, { kind: 'segment', picture, imgsz: 320, conf: 0.05, iou: 0.9, maxDet: 100 });
    }
    for (let i = 1; i <= pictures; i++) {
      await contender.run(paths[i % paths.length]);
      if (i % Math.ceil(pictures / SAMPLES) === 0) resident.push((await contender.memory()).now);
    }
  } finally {
    contender.stop();
  }
  return { pictures, resident };
}
