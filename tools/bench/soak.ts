/** Whether memory grows over many images. */
import { join } from 'node:path';
import { Contender } from '../../src/cli/bench/contender.js';
import { presentVariants, specOf } from '../../src/cli/bench/contenders.js';
import { exampleImages, makeMosaic } from '../../src/cli/bench/images.js';
import { FOLDER, ROOT } from './models.js';
import type { Soak } from './report.js';

const SAMPLES = 10;

/** Segments images of several sizes in turn with the shipped model on the fastest device. */
export async function soak(images: number): Promise<Soak> {
  const [variant] = await presentVariants({ threads: [1], precisions: ['fp32'] });
  const program = (script: string) => [process.execPath, join(ROOT, 'dist', 'cli', 'bench', `${script}.js`)];
  const contender = await Contender.start(specOf(variant, 'demo', program));
  const paths = [...(await exampleImages()), await makeMosaic('1080p', FOLDER)];
  const resident: number[] = [];
  try {
    for (const image of paths) {
      await contender.add(image, { kind: 'segment', image, imgsz: 320, conf: 0.05, iou: 0.9, maxDet: 100 });
    }
    for (let i = 1; i <= images; i++) {
      await contender.run(paths[i % paths.length]);
      if (i % Math.ceil(images / SAMPLES) === 0) resident.push((await contender.memory()).now);
    }
  } finally {
    contender.stop();
  }
  return { images, resident };
}
