/** Activations as stock tfjs layers. */
import * as tf from '../../runtime/tfjs.js';
import { invalidArgument } from '../../errors.js';
import { activationName, type ActivationKind, type ActivationSpec } from '../../layers/settings.js';

/** tfjs' names of them; those that are absent have no layer, or one of their own. */
const NAMES: Readonly<Partial<Record<ActivationKind, string>>> = {
  SiLU: 'swish',
  ReLU: 'relu',
  ReLU6: 'relu6',
  GELU: 'gelu',
  Mish: 'mish',
  Tanh: 'tanh',
  Sigmoid: 'sigmoid',
  Identity: 'linear',
};

type StockName = Parameters<typeof tf.layers.activation>[0]['activation'];

/**
 * A layer of tfjs' own that computes an activation.
 * @throws FastSAMError `INVALID_ARGUMENT` where there is none.
 */
export function stockActivation(name: string, spec: ActivationSpec): tf.layers.Layer {
  if (spec.kind === 'LeakyReLU') return tf.layers.leakyReLU({ name, alpha: spec.alpha ?? 0 });
  // Its ELU has an alpha of 1, whatever it is given.
  const activation = spec.kind === 'ELU' && spec.alpha === 1 ? 'elu' : NAMES[spec.kind];
  if (activation === undefined) {
    throw invalidArgument(
      `export: got a network with ${activationName(spec)}, expected an activation that tfjs has a layer for; ` +
        "use the format 'tfjs_graph'",
    );
  }
  return tf.layers.activation({ name, activation: activation as StockName });
}
