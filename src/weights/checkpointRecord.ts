/** What every reader of weights files gives. */
import type { Modules } from './moduleFacts.js';
import type { StateDict } from './tensor.js';

/** A checkpoint, read. */
export interface Checkpoint {
  /** Container that the bytes were. */
  readonly format: 'torch-zip' | 'torch-legacy' | 'safetensors' | 'onnx';
  /** Which part of the file the tensors come from: what is under `ema` or `model`, or a dict of tensors. */
  readonly source: 'ema' | 'model' | 'state_dict';
  /** Tensors by Ultralytics name. */
  readonly tensors: StateDict;
  /**
   * Reads what else it says of its modules, by their names; absent where it holds nothing but tensors.
   * @throws FastSAMError `INVALID_CHECKPOINT` for modules beyond what a network has.
   */
  readonly modules?: () => Modules;
  /** Side of the square training image in pixels, where the file says so. */
  readonly imgsz?: number;
  /** Score and overlap thresholds that the file was made for, 0…1, where it says so: see `ModelDefaults`. */
  readonly conf?: number;
  readonly iou?: number;
  /** Class names by index, where the file says so. */
  readonly names?: Record<number, string>;
  /** Version, date, licence and the like, as the file spells them. */
  readonly metadata: Record<string, string>;
}
