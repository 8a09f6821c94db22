/** The network inside a model: names, outputs, gradients and weights of its layers. */
import type * as tf from '../runtime/tfjs.js';
import { Lifetime } from '../runtime/lifetime.js';
import { onDevice } from '../runtime/onDevice.js';
import type { GivenTensors } from '../weights/setState.js';
import { copyState, type StateTensor } from '../weights/state.js';
import type { WriteSafetensorsOptions } from '../weights/writeSafetensors.js';
import type { PredictionScalar } from './gradient.js';
import type { ModelInfo } from './info.js';
import { namesWithBatchNorm } from './layerNames.js';
import type { LoadedNetwork } from './loadedNetwork.js';
import type { NetworkInput } from './networkInput.js';
import type { ActivationOptions, GradientOptions } from './options.js';

/** What every loaded model offers of its network (docs/user/network.md). */
export abstract class NetworkModel {
  /** The network and what runs it. @internal */
  protected readonly loaded: LoadedNetwork;
  /** Until the model is disposed. @internal */
  protected readonly lifetime: Lifetime;
  #info: ModelInfo;

  /**
   * @param free frees all that the model holds.
   * @internal
   */
  protected constructor(info: ModelInfo, loaded: LoadedNetwork, free: () => void) {
    this.#info = info;
    this.loaded = loaded;
    this.lifetime = new Lifetime(free, 'model: it was disposed; load it again');
  }

  /** What is known of the model. */
  get info(): ModelInfo {
    return this.#info;
  }

  /**
   * Every name that `activations`, `edit` and `gradient` know, in the order in which outputs are computed: layers
   * (`model.9`), blocks inside them (`model.2.m.0.cv1`, `model.22.proto`), and what those consist of (`model.0.conv`).
   * @throws FastSAMError `DISPOSED`.
   */
  layerNames(): string[] {
    this.lifetime.requireAlive();
    return namesWithBatchNorm(this.loaded.network, this.loaded.tensors);
  }

  /**
   * Outputs of layers by their Ultralytics names (`model.9`, `model.2.m.0.cv1`, `model.22.proto`). An image is
   * letterboxed as in `segment`; a float32 tensor [H,W,3] or [B,H,W,3] (RGB 0…1) whose sides are multiples of the largest
   * stride is taken as it is. Feature maps are float32 [B,H,W,C] of the network's input; see `eachActivation`.
   * Convolutions and batch norms inside folded blocks come from layers with batch norm, as in Ultralytics.
   * @returns tensors by name; the caller disposes them.
   * @throws FastSAMError `UNKNOWN_NAME`, and what `segment` throws.
   */
  activations(
    image: NetworkInput,
    names: readonly string[],
    options: ActivationOptions = {},
  ): Promise<Record<string, tf.Tensor>> {
    return this.lifetime.use(async () =>
      (await import('./laboratory.js')).activationsOf(this.loaded, this.info.defaults, image, names, options),
    );
  }

  /**
   * The gradient of a scalar of all predictions before NMS, of the input or of a layer's output (docs/user/network.md).
   * @param input as in `activations`.
   * @returns float32 in the shape of the network's input, or of the layer's output; the caller disposes it.
   * @throws FastSAMError `UNKNOWN_NAME`, `INVALID_ARGUMENT`, and what `segment` throws.
   *
   * @example
   * const gradient = await model.gradient('street.jpg', ({ scores }) => scores.max(), { of: 'model.15' });
   */
  gradient(input: NetworkInput, scalar: PredictionScalar, options: GradientOptions = {}): Promise<tf.Tensor> {
    return this.lifetime.use(async () =>
      (await import('./laboratory.js')).gradientOf(this.loaded, this.info.defaults, input, scalar, options),
    );
  }

  /**
   * The layers, for plain TensorFlow.js: float32 RGB 0…1 [B,H,W,3] -> [DFL logits [B,A,4·regMax], class logits
   * [B,A,classes], coefficients [B,A,k], prototypes [B,H/4,W/4,k]]. `tf.grad` goes through them. They belong to the model
   * and are disposed with it.
   * @throws FastSAMError `DISPOSED`.
   */
  layersModel(): Promise<tf.LayersModel> {
    return this.lifetime.use(async () => {
      const { registerGradients } = await import('../runtime/gradients.js');
      onDevice(registerGradients);
      return this.loaded.network.model;
    });
  }

  /**
   * A copy of the weights as they were loaded, batch norm included: names, shapes and values of Ultralytics' state dict.
   * @throws FastSAMError `DISPOSED`.
   */
  stateDict(): Map<string, StateTensor> {
    this.lifetime.requireAlive();
    return copyState(this.loaded.tensors);
  }

  /**
   * Sets some of the weights, or all: `segment` and everything else goes on with them. Calls under way end with the old
   * ones. `info.path` is empty then.
   * @param tensors by the names of `stateDict`, in its shapes. They are copied.
   * @throws FastSAMError `UNKNOWN_NAME`, `CHECKPOINT_MISMATCH`, `INVALID_ARGUMENT`, `DISPOSED`; the model stays as it was.
   */
  setWeights(tensors: GivenTensors): Promise<void> {
    return this.lifetime.use(async () => {
      const { withTensors } = await import('../weights/setState.js');
      await this.loaded.replace((current) => withTensors(current, tensors));
      this.#info = { ...this.#info, path: '' };
    });
  }

  /**
   * Writes the weights as safetensors, with the defaults, the class names and all strings of the checkpoint; `load` reads
   * them back.
   * @param path ends in `.safetensors`.
   * @throws FastSAMError `INVALID_ARGUMENT`, `WRITE_FAILED`, `DISPOSED`.
   */
  save(path: string, options: WriteSafetensorsOptions = {}): Promise<void> {
    return this.lifetime.use(async () =>
      (await import('./saveModel.js')).saveModel(this.loaded.tensors, this.info, path, options),
    );
  }
}
