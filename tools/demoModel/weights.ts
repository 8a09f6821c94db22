/**
 * Makes a shipped model from a trained checkpoint: as `fastsam convert` does, with our own licence line, and with the
 * defaults that were chosen by looking (sheet.ts).
 *
 *   npx tsx tools/demoModel/weights.ts demo-2.pt --imgsz 320 --conf 0.25 --iou 0.7 [--out weights/demo.safetensors]
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { platform } from '../../src/index.js';
import { safetensorsMetadata } from '../../src/weights/checkpointStrings.js';
import { openCheckpoint } from '../../src/model/open.js';
import { neededTensors, writeSafetensors } from '../../src/weights/writeSafetensors.js';

const SHIPPED = fileURLToPath(new URL('../../weights/demo.safetensors', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    imgsz: { type: 'string' },
    conf: { type: 'string' },
    iou: { type: 'string' },
    out: { type: 'string', default: SHIPPED },
  },
});
const { checkpoint } = await openCheckpoint(positionals[0]);
const defaults = { imgsz: Number(values.imgsz), conf: Number(values.conf), iou: Number(values.iou) };
if (Object.values(defaults).some(Number.isNaN)) throw new Error('say --imgsz, --conf and --iou');
const metadata = {
  ...safetensorsMetadata({ ...checkpoint, ...defaults }),
  license: 'research and demonstration, see weights/demo.md',
};
await platform().writeFileAtomic(values.out, writeSafetensors(neededTensors(checkpoint.tensors), metadata));
console.log(values.out);
