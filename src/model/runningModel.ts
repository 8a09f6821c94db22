/** What answers the calls of a loaded model: its own detector, or one that edits the outputs of layers. */
import type { Lifetime } from '../runtime/lifetime.js';
import type { Detector } from './detector.js';
import type { Edits } from './edits.js';
import type { ModelInfo } from './info.js';
import type { LoadedNetwork } from './loadedNetwork.js';

/** A detector, and what results say of it. */
export interface RunningModel {
  readonly detector: Pick<Detector, 'detect' | 'raw'>;
  readonly model: ModelInfo;
  /** Layers whose outputs are changed; absent where none is. */
  readonly edited?: readonly string[];
}

/**
 * The detector for these edits, of a model that is not freed while it runs. With edits the network runs layer by layer, in
 * float32.
 * @throws FastSAMError `UNKNOWN_NAME`, `INVALID_ARGUMENT` for edits that do not fit the network; `DISPOSED`.
 */
export async function runningModel(
  loaded: LoadedNetwork,
  lifetime: Lifetime,
  info: ModelInfo,
  edit: Edits | undefined,
): Promise<RunningModel> {
  lifetime.requireAlive();
  const edited = Object.keys(edit ?? {});
  if (edit === undefined || edited.length === 0) return { detector: kept(loaded, lifetime), model: info };
  const { editingDetector } = await import('./laboratory.js');
  const detector = editingDetector(loaded, edit);
  return { detector: kept(detector, lifetime), model: { ...info, precision: 'fp32' }, edited };
}

/** A detector whose calls keep the model alive. */
function kept(detector: RunningModel['detector'], lifetime: Lifetime): RunningModel['detector'] {
  return {
    detect: (input, thresholds) => lifetime.use(() => detector.detect(input, thresholds)),
    raw: (input, options) => lifetime.use(() => detector.raw(input, options)),
  };
}
