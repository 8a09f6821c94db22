/**
 * Makes the shipped weights from the trained checkpoint, as `fastsam convert` does, with our own licence line.
 *
 *   npx tsx tools/demoWeights.ts demo-n.pt
 */
import { fileURLToPath } from 'node:url';
import { platform } from '../src/index.js';
import { safetensorsMetadata } from '../src/weights/checkpointStrings.js';
import { openCheckpoint } from '../src/model/open.js';
import { neededTensors, writeSafetensors } from '../src/weights/writeSafetensors.js';

const { checkpoint } = await openCheckpoint(process.argv[2]);
const metadata = { ...safetensorsMetadata(checkpoint), license: 'research and demonstration, see weights/demo.md' };
const out = fileURLToPath(new URL('../weights/demo.safetensors', import.meta.url));
await platform().writeFileAtomic(out, writeSafetensors(neededTensors(checkpoint.tensors), metadata));
