/** A network with its weights and what runs it: the state of a loaded model. */
import type { StateDict } from '../weights/tensor.js';
import type { Device, Precision } from '../runtime/choices.js';
import { Lifetime } from '../runtime/lifetime.js';
import { onDevice } from '../runtime/onDevice.js';
import { isFolded, type Architecture } from './architecture.js';
import { createDetector, type ChosenDetector, type DetectorOptions } from './createDetector.js';
import type { Detector } from './detector.js';
import { needsBatchNorm } from './layerNames.js';
import { loadWeights } from './load.js';
import { buildNetwork, type Network } from './network.js';

/** How a network is set up and run. */
export interface NetworkRunOptions extends DetectorOptions {
  /** Keep batch norm as layers of their own. */
  readonly keepBatchNorm: boolean;
}

/** A detector, freed once it is replaced and no call is under way. */
class Running {
  readonly life: Lifetime;

  constructor(readonly chosen: ChosenDetector) {
    this.life = new Lifetime(() => {
      chosen.detector.dispose();
    }, 'model: it was disposed; load it again');
  }
}

/** Owns the layers, the detector that was made of them, and the tensors that both came from. */
export class LoadedNetwork implements Pick<Detector, 'detect' | 'raw' | 'prepare'> {
  /** The layers that run. */
  readonly network: Network;
  readonly #device: Device;
  readonly #options: NetworkRunOptions;
  #tensors: StateDict;
  #running: Running;
  #separate: Network | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    network: Network,
    tensors: StateDict,
    running: Running,
    device: Device,
    options: NetworkRunOptions,
  ) {
    this.network = network;
    this.#tensors = tensors;
    this.#running = running;
    this.#device = device;
    this.#options = options;
  }

  /** @throws FastSAMError what `buildNetwork`, `loadWeights` and `createDetector` throw; nothing is left then. */
  static async create(
    architecture: Architecture,
    tensors: StateDict,
    device: Device,
    options: NetworkRunOptions,
  ): Promise<LoadedNetwork> {
    const network = onDevice(() => withWeights(architecture, tensors, !options.keepBatchNorm));
    try {
      const running = new Running(await createDetector(network, device, options));
      return new LoadedNetwork(network, tensors, running, device, options);
    } catch (error) {
      network.model.dispose();
      throw error;
    }
  }

  /** What the detector computes in. */
  get precision(): Precision {
    return this.#running.chosen.precision;
  }

  /** The tensors as they were loaded or set last, by their names in the checkpoint. */
  get tensors(): StateDict {
    return this.#tensors;
  }

  detect: Detector['detect'] = (input, thresholds) => {
    const { chosen, life } = this.#running;
    return life.use(() => chosen.detector.detect(input, thresholds));
  };

  raw: Detector['raw'] = (input, options) => {
    const { chosen, life } = this.#running;
    return life.use(() => chosen.detector.raw(input, options));
  };

  prepare: Detector['prepare'] = (sizes, options) => {
    const { chosen, life } = this.#running;
    return life.use(async () => (await chosen.detector.prepare?.(sizes, options)) ?? 0);
  };

  /**
   * The network that makes these outputs as Ultralytics does: with batch norm as layers where a name asks for what folding
   * hides. That one is built at the first such call and kept.
   */
  networkFor(names: readonly string[]): Network {
    const { architecture, folded } = this.network;
    const separate = folded && !isFolded(this.#tensors) && names.some((name) => needsBatchNorm(architecture, name));
    if (!separate) return this.network;
    if (!this.#separate) {
      this.#separate = onDevice(() => withWeights(architecture, this.#tensors, false));
    }
    return this.#separate;
  }

  /**
   * Puts other tensors into the layers and makes the detector anew, one call after another. Calls of the detector that are
   * under way end with the old ones.
   * @param change gives all of the network's tensors, in the right shapes, from the present ones.
   * @throws FastSAMError what `change`, `loadWeights` and `createDetector` throw; the model then stays as it was.
   */
  replace(change: (tensors: StateDict) => StateDict): Promise<void> {
    const turn = this.#turn.then(() => this.#replace(change(this.#tensors)));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #replace(tensors: StateDict): Promise<void> {
    const load = (network: Network, values: StateDict): void => {
      onDevice(() => {
        loadWeights(network, values);
      });
    };
    load(this.network, tensors);
    try {
      const running = new Running(await createDetector(this.network, this.#device, this.#options));
      this.#running.life.end();
      this.#running = running;
    } catch (error) {
      load(this.network, this.#tensors);
      throw error;
    }
    this.#tensors = tensors;
    if (this.#separate) load(this.#separate, tensors);
  }

  /** Frees everything; calls under way keep the detector until they end. */
  dispose(): void {
    this.#running.life.end();
    this.#separate?.model.dispose();
    this.network.model.dispose();
  }
}

/** @throws FastSAMError what `loadWeights` throws; nothing is left then. */
function withWeights(architecture: Architecture, tensors: StateDict, foldBatchNorm: boolean): Network {
  const network = buildNetwork(architecture, { foldBatchNorm });
  try {
    loadWeights(network, tensors);
    return network;
  } catch (error) {
    network.model.dispose();
    throw error;
  }
}
