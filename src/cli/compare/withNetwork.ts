/** A network with its weights on a device, for as long as a comparison needs it. */
import { buildNetwork, type Network } from '../../model/network.js';
import { loadWeights } from '../../model/load.js';
import { openCheckpoint, type OpenedCheckpoint } from '../../model/open.js';
import type { Device } from '../../runtime/choices.js';
import { acquireDevice, releaseDevice } from '../../runtime/device.js';
import type { CompareOptions } from './options.js';

/** Opens a checkpoint, does the work, and frees what was loaded. */
export async function withNetwork(
  source: string,
  { device: choice, keepBatchNorm }: Pick<CompareOptions, 'device' | 'keepBatchNorm'>,
  work: (network: Network, found: { readonly device: Device; readonly opened: OpenedCheckpoint }) => Promise<void>,
): Promise<void> {
  const opened = await openCheckpoint(source);
  const { device } = await acquireDevice(choice);
  let network: Network | undefined;
  try {
    network = buildNetwork(opened.architecture, { foldBatchNorm: !keepBatchNorm });
    loadWeights(network, opened.checkpoint.tensors);
    await work(network, { device, opened });
  } finally {
    network?.model.dispose();
    releaseDevice();
  }
}
