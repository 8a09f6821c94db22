/** Checkpoints of every container, damaged and hostile: their tensors are converted, their network is found out. */
import { inferArchitecture } from '../../src/model/check.js';
import { settingsOf } from '../../src/model/settings.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { MUTATIONS, type Seeds } from './checkpointMutations.js';
import { checkpointSeeds, containerOf, type Container } from './checkpointSeeds.js';
import type { FuzzFormat } from './format.js';
import { faultIn } from './watch.js';

/** One format for each container. */
export function checkpointFormats(): FuzzFormat[] {
  const all = checkpointSeeds();
  return (Object.keys(MUTATIONS) as Container[]).map((name) => {
    const seeds: Seeds = { own: all.filter((bytes) => containerOf(bytes) === name), all };
    const mutations = MUTATIONS[name];
    return {
      name,
      make(random) {
        const kind = random.pick(Object.keys(mutations));
        const bytes = mutations[kind](seeds, random);
        return { kind, read: () => readNetwork(bytes) };
      },
    };
  });
}

/** A file is read, though it may be no network of ours. */
async function readNetwork(bytes: Uint8Array): Promise<void> {
  const checkpoint = await readCheckpoint(bytes);
  for (const tensor of checkpoint.tensors.values()) tensor.toFloat32();
  try {
    settingsOf(inferArchitecture(checkpoint.tensors, checkpoint.metadata), checkpoint);
  } catch (error) {
    if (faultIn(error) !== undefined) throw error;
  }
}
