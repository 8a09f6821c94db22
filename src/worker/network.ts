/** The network inside a model that is in a worker: names and weights. What would leave the worker as a tensor is refused. */
import { invalidArgument } from '../errors.js';
import type { ModelInfo } from '../model/info.js';
import type { GivenTensors } from '../weights/setState.js';
import type { StateTensor } from '../weights/state.js';
import type { WriteSafetensorsOptions } from '../weights/writeSafetensors.js';
import type { Connection } from './connection.js';
import { workerLost } from './errors.js';
import { receivedInfo } from './info.js';
import type { SentModel, SentWeights } from './protocol.js';
import { sendOptions } from './send.js';

/** What this side knows of a model, whichever worker has it. */
export class KnownModel {
  #info: ModelInfo | undefined;
  #layerNames: readonly string[] = [];
  #weights: SentWeights | undefined;

  /** A worker has the model. */
  note({ info, layerNames }: SentModel): void {
    this.#info = receivedInfo(info);
    this.#layerNames = layerNames;
  }

  /** A worker has taken these weights. */
  noteWeights(weights: SentWeights, info: SentModel['info']): void {
    this.#weights = new Map([...(this.#weights ?? []), ...weights]);
    this.#info = receivedInfo(info);
  }

  get info(): ModelInfo {
    if (!this.#info) throw workerLost('it has not answered'); // no model is made before
    return this.#info;
  }

  get layerNames(): readonly string[] {
    return this.#layerNames;
  }

  /** All that were set. */
  get weights(): SentWeights | undefined {
    return this.#weights;
  }
}

/** What a model in a worker offers of its network; see `NetworkModel` of the main entry. */
export abstract class WorkerNetworkModel {
  /** The line to the worker. @internal */
  protected readonly connection: Connection;
  readonly #known: KnownModel;

  /** @internal */
  protected constructor(connection: Connection, known: KnownModel) {
    this.connection = connection;
    this.#known = known;
  }

  /** What is known of the model; after a restart of the worker that of the new one. */
  get info(): ModelInfo {
    return this.#known.info;
  }

  /**
   * Every name of a layer, as `layerNames` of the main entry gives them.
   * @throws FastSAMError `DISPOSED`.
   */
  layerNames(): string[] {
    this.connection.requireAlive();
    return [...this.#known.layerNames];
  }

  /**
   * A copy of the weights, as `stateDict` of the main entry gives it at once; here a promise.
   * @throws FastSAMError `WORKER_LOST`, `DISPOSED`.
   */
  async stateDict(): Promise<Map<string, StateTensor>> {
    const tensors = await this.connection.ask<'stateDict'>({ op: 'stateDict' });
    const all = [...tensors].map(([name, { shape, values }]): [string, StateTensor] => [
      name,
      { dtype: 'float32', shape, values, toFloat32: () => values },
    ]);
    return new Map(all);
  }

  /**
   * Sets some of the weights, or all, as `setWeights` of the main entry does. They are copied, and kept on this side: a worker
   * that is started later gets them, too.
   * @throws FastSAMError what `setWeights` of the main entry throws; `WORKER_LOST`.
   */
  async setWeights(tensors: GivenTensors): Promise<void> {
    this.connection.requireAlive();
    const { copyGiven } = await import('../weights/setState.js');
    const copied = copyGiven(tensors);
    this.#known.noteWeights(copied, await this.connection.ask<'setWeights'>({ op: 'setWeights', tensors: copied }));
  }

  /**
   * Writes the weights as safetensors, as `save` of the main entry does.
   * @throws FastSAMError what `save` of the main entry throws; `WORKER_LOST`.
   */
  async save(path: string, options: WriteSafetensorsOptions = {}): Promise<void> {
    await this.connection.ask<'save'>({ op: 'save', path, options: sendOptions(options, []) });
  }

  /** Not here: it gives a tensor. @throws FastSAMError `INVALID_ARGUMENT` */
  letterbox(): Promise<never> {
    return refused('letterbox', 'a tensor, which cannot leave a worker');
  }

  /** Not here: it gives tensors. @throws FastSAMError `INVALID_ARGUMENT` */
  activations(): Promise<never> {
    return refused('activations', 'tensors, which cannot leave a worker');
  }

  /** Not here: it takes a function and gives a tensor. @throws FastSAMError `INVALID_ARGUMENT` */
  gradient(): Promise<never> {
    return refused('gradient', 'a tensor, which cannot leave a worker');
  }

  /** Not here: it gives layers. @throws FastSAMError `INVALID_ARGUMENT` */
  layersModel(): Promise<never> {
    return refused('layersModel', 'layers, which cannot leave a worker');
  }
}

function refused(name: string, gives: string): Promise<never> {
  return Promise.reject(
    invalidArgument(
      `${name}: it gives ${gives}; load the model with FastSAM of 'fastsam-tfjs', on this side, or use detect or segment`,
    ),
  );
}
