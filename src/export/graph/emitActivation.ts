/** Activations as TensorFlow operations. */
import type { ActivationKind, ActivationSpec } from '../../layers/settings.js';
import type { Edge, GraphWriter } from './graphWriter.js';

/** Applies an activation. @param name of the operation that ends it. */
export function emitActivation(graph: GraphWriter, name: string, x: Edge, { kind, alpha = 1 }: ActivationSpec): Edge {
  return FORMS[kind]({ graph, name, x, alpha });
}

interface Site {
  readonly graph: GraphWriter;
  readonly name: string;
  readonly x: Edge;
  readonly alpha: number;
}

const FORMS: Readonly<Record<ActivationKind, (site: Site) => Edge>> = {
  SiLU: (site) => times(site, [site.x, inner(site, 'Sigmoid', site.x)]),
  ReLU: ({ graph, name, x }) => graph.add('Relu', name, [x]),
  ReLU6: ({ graph, name, x }) => graph.add('Relu6', name, [x]),
  LeakyReLU: ({ graph, name, x, alpha }) => graph.add('LeakyRelu', name, [x], { alpha: { f: alpha } }),
  ELU: elu,
  Hardswish: (site) => {
    const shifted = inner(site, 'AddV2', site.x, constant(site, 'three', 3));
    const factor = inner(site, 'Mul', inner(site, 'Relu6', shifted), constant(site, 'sixth', 1 / 6));
    return times(site, [site.x, factor]);
  },
  GELU: (site) => {
    const scaled = inner(site, 'Mul', site.x, constant(site, 'root', Math.SQRT1_2));
    const shifted = inner(site, 'AddV2', inner(site, 'Erf', scaled), constant(site, 'one', 1));
    return times(site, [inner(site, 'Mul', site.x, constant(site, 'half', 0.5)), shifted]);
  },
  Mish: (site) => times(site, [site.x, inner(site, 'Tanh', inner(site, 'Softplus', site.x))]),
  Tanh: ({ graph, name, x }) => graph.add('Tanh', name, [x]),
  Sigmoid: ({ graph, name, x }) => graph.add('Sigmoid', name, [x]),
  Identity: ({ x }) => x,
};

/** TensorFlow's Elu has an alpha of 1. */
function elu(site: Site): Edge {
  const { graph, name, x, alpha } = site;
  if (alpha === 1) return graph.add('Elu', name, [x]);
  const below = inner(site, 'Elu', inner(site, 'Minimum', x, constant(site, 'zero', 0)));
  const scaled = inner(site, 'Mul', below, constant(site, 'alpha', alpha));
  return graph.add('AddV2', name, [inner(site, 'Relu', x), scaled]);
}

function times({ graph, name }: Site, factors: readonly Edge[]): Edge {
  return graph.add('Mul', name, factors);
}

/** An operation on the way. */
function inner({ graph, name }: Site, op: string, ...inputs: readonly Edge[]): Edge {
  return graph.add(op, `${name}/${op.toLowerCase()}`, inputs);
}

function constant({ graph, name }: Site, called: string, value: number): Edge {
  return graph.floats(`${name}/${called}`, Float32Array.of(value), []);
}
