/** The contenders that are not ours. What is not installed is left out when its worker does not start. */
import { countThreads } from '../../src/cli/bench/contenders.js';
import type { ContenderSpec } from '../../src/cli/bench/contender.js';
import { python, PYTHON_ENV, script } from './models.js';

/** Labels, as tables and budgets name them. */
export const PEER = {
  ort: 'ONNX Runtime',
  ortWeb: 'ONNX Runtime Web',
  openvino: 'OpenVINO fp32',
  openvinoBf16: 'OpenVINO bf16',
  torch: 'PyTorch',
  torchLast: 'PyTorch channels last',
  torchBf16: 'PyTorch bf16 channels last',
  ultralytics: 'Ultralytics',
  ultralyticsAll: 'Ultralytics, all cores',
} as const;

const TOLERANCE = { fp32: 0.001, bf16: 0.1 };
/** A peer that needs more is stopped, so that the machine lives. */
const MEMORY_LIMIT = 8e9;

/** A model and how many threads may work on it. */
export interface PeerModel {
  /** Path without ending. */
  readonly model: string;
  readonly threads: number;
}

/** ONNX Runtime's library for Node. */
export function ortNode(of: PeerModel): ContenderSpec {
  return ortSpec(PEER.ort, { runtime: 'node', ...of });
}

/** ONNX Runtime compiled to WebAssembly. */
export function ortWeb(of: PeerModel): ContenderSpec {
  return ortSpec(`${PEER.ortWeb}, ${countThreads(of.threads)}`, { runtime: 'web', ...of });
}

/** PyTorch and OpenVINO on the network alone. */
export function pythonNetworks(of: PeerModel): ContenderSpec[] {
  return [
    ...pythonSpec(PEER.openvino, { runtime: 'openvino', ...of }),
    ...pythonSpec(PEER.openvinoBf16, { runtime: 'openvino', ...of, precision: 'bf16' }),
    ...pythonSpec(PEER.torch, { runtime: 'torch', ...of }),
    ...pythonSpec(PEER.torchLast, { runtime: 'torch', ...of, channelsLast: true }),
  ];
}

/** PyTorch in half precision. */
export function torchBfloat16(of: PeerModel): ContenderSpec[] {
  return pythonSpec(PEER.torchBf16, { runtime: 'torch', ...of, channelsLast: true, precision: 'bf16' });
}

/** Ultralytics from a file to JSON: as it comes, which leaves one core free, and with all cores. */
export function ultralytics(of: PeerModel): ContenderSpec[] {
  const common = { runtime: 'ultralytics' as const, ...of, memoryLimit: MEMORY_LIMIT };
  const asItComes = pythonSpec(PEER.ultralytics, common);
  return of.threads === 1
    ? asItComes
    : [...asItComes, ...pythonSpec(PEER.ultralyticsAll, { ...common, allCores: true })];
}

function ortSpec(label: string, spec: object): ContenderSpec {
  const command = [process.execPath, ...process.execArgv, script('ortWorker.ts'), JSON.stringify(spec)];
  return { label, command, tolerance: TOLERANCE.fp32 };
}

/** SPEC of peers.py. */
interface PythonSpec extends PeerModel {
  readonly runtime: 'torch' | 'openvino' | 'ultralytics';
  readonly precision?: 'bf16';
  readonly channelsLast?: boolean;
  readonly allCores?: boolean;
  readonly memoryLimit?: number;
}

function pythonSpec(label: string, spec: PythonSpec): ContenderSpec[] {
  const interpreter = python();
  if (interpreter === undefined) return [];
  const text = JSON.stringify(spec);
  const program = [interpreter, script('peers.py')];
  return [
    {
      label,
      command: [...program, 'serve', text],
      firstMask: [...program, 'first', text],
      env: PYTHON_ENV,
      tolerance: TOLERANCE[spec.precision ?? 'fp32'],
    },
  ];
}
