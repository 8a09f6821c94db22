/**
 * Layers compared with PyTorch: how far each of the 23 layers of the demo model is from what Ultralytics computes.
 *
 *     npx tsx examples/layers.ts
 *
 * coins.layers.safetensors holds values of each layer (tools/golden/exampleFiles.py made it). Prints for each layer its
 * shape and the largest difference, as a share of the layer's largest value: about 1e-6, the rounding of float32.
 */
import { readFileSync } from 'node:fs';
import { FastSAM, readSafetensors } from 'fastsam-tfjs';

/** Value k of a layer's reference is element (k * step) mod size of its output. */
interface Layer {
  readonly name: string;
  readonly step: number;
  readonly largest: number;
}

const reference = readSafetensors(readFileSync(new URL('coins.layers.safetensors', import.meta.url)));
const layers = JSON.parse(reference.metadata.layers) as Layer[];
const model = await FastSAM.load('demo', { device: 'wasm' });
const names = layers.map(({ name }) => name);
const outputs = await model.activations(new URL('coins.png', import.meta.url), names, { imgsz: 320 });
for (const { name, step, largest } of layers) {
  const values = await outputs[name].data();
  const expected = reference.tensors.get(name)?.toFloat32() ?? [];
  const differences = Array.from(expected, (value, k) => Math.abs(value - values[(k * step) % values.length]));
  const share = Math.max(...differences) / largest;
  console.log(`${name.padEnd(8)} ${outputs[name].shape.join(' x ').padEnd(16)} ${share.toExponential(1)}`);
  outputs[name].dispose();
}
model.dispose();
