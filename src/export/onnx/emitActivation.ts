/** Activations as ONNX operations that every operator set has which is written here. */
import type { ActivationKind, ActivationSpec } from '../../layers/settings.js';
import type { GraphBuilder, Value } from './graphBuilder.js';

/** Applies an activation. @param path of its module, such as `/model.0/act`. */
export function emitActivation(
  graph: GraphBuilder,
  path: string,
  x: Value,
  { kind, alpha = 1 }: ActivationSpec,
): Value {
  return FORMS[kind]({ graph, path, x, alpha });
}

interface Site {
  readonly graph: GraphBuilder;
  readonly path: string;
  readonly x: Value;
  readonly alpha: number;
}

const FORMS: Readonly<Record<ActivationKind, (site: Site) => Value>> = {
  SiLU: (site) => timesInput(site, single(site, 'Sigmoid')),
  ReLU: (site) => single(site, 'Relu'),
  ReLU6: ({ graph, path, x }) => graph.add('Clip', `${path}/Clip`, [x, graph.real(0), graph.real(6)]),
  LeakyReLU: (site) => single(site, 'LeakyRelu', { alpha: { float: site.alpha } }),
  ELU: (site) => single(site, 'Elu', { alpha: { float: site.alpha } }),
  Hardswish: (site) => timesInput(site, single(site, 'HardSigmoid', { alpha: { float: 1 / 6 }, beta: { float: 0.5 } })),
  GELU: gelu,
  Mish: (site) => {
    const { graph, path } = site;
    return timesInput(site, graph.add('Tanh', `${path}/Tanh`, [single(site, 'Softplus')]));
  },
  Tanh: (site) => single(site, 'Tanh'),
  Sigmoid: (site) => single(site, 'Sigmoid'),
  Identity: ({ x }) => x,
};

function single(
  { graph, path, x }: Site,
  op: string,
  attributes: Readonly<Record<string, { readonly float: number }>> = {},
): Value {
  return graph.add(op, `${path}/${op}`, [x], { attributes });
}

function timesInput({ graph, path, x }: Site, factor: Value): Value {
  return graph.add('Mul', `${path}/Mul`, [x, factor]);
}

/** As PyTorch's exporter writes it. */
function gelu(site: Site): Value {
  const { graph, path, x } = site;
  const scaled = graph.add('Mul', `${path}/Mul_1`, [x, graph.real(Math.SQRT1_2)]);
  const shifted = graph.add('Add', `${path}/Add`, [graph.add('Erf', `${path}/Erf`, [scaled]), graph.real(1)]);
  return graph.add('Mul', `${path}/Mul_2`, [timesInput(site, shifted), graph.real(0.5)]);
}
