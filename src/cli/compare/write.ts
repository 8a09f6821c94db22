/** `fastsam compare --write`: a reference file of this package's own outputs. */
import { resolveOptions } from '../../model/options.js';
import { toTensor } from '../../model/detector.js';
import { encodeReference } from '../../model/writeReference.js';
import { letterbox, letterboxGeometry } from '../../image/letterbox.js';
import { platform } from '../../platform/platform.js';
import { readImage } from '../../source/readImage.js';
import { defaultsOf } from '../../weights/defaults.js';
import type { CompareOptions, ImageSettings } from './options.js';
import { log } from '../run.js';
import { withNetwork } from './withNetwork.js';

/** Runs the network on an image and writes what it computes. */
export async function writeReferenceFile(
  source: string,
  image: string,
  path: string,
  options: CompareOptions,
  settings: ImageSettings,
): Promise<void> {
  const rgb = await readImage(image);
  await withNetwork(source, options, async (network, { device, opened }) => {
    const defaults = defaultsOf(opened.checkpoint, opened.entry);
    const { imgsz, square, conf, iou, maxDet, compat } = resolveOptions(settings, defaults);
    const geometry = letterboxGeometry(rgb.width, rgb.height, imgsz, { auto: !square });
    const { netWidth: width, netHeight: height } = geometry;
    const input = toTensor({ images: [letterbox(rgb, geometry)], width, height });
    try {
      const stages = { conf, iou, maxDet, image: [rgb.height, rgb.width], rules: compat ?? 'fastsam-tfjs' } as const;
      const bytes = await encodeReference(network, input, stages, options.values);
      await platform().writeFileAtomic(path, bytes);
      log(`${image}, ${width} x ${height} pixels of input, on ${device} -> ${path}`);
    } finally {
      input.dispose();
    }
  });
}
