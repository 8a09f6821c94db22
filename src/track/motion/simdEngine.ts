/** Compiles what cornerWasm.ts and windowWasm.ts write down, once, with one memory for all that is measured. */
import { moduleBytes } from '../../runtime/assembler.js';
import { cornerStrength, gradients } from './cornerWasm.js';
import { compareWindow, takeWindow } from './windowWasm.js';

const PAGE_BYTES = 65_536;

/** The functions and the memory that they work on. Nothing in it outlives the next use by another. */
export interface SimdEngine {
  readonly memory: WebAssembly.Memory;
  readonly functions: SimdFunctions;
}

/** The functions, compiled. Addresses and strides are in bytes, widths and heights in pixels. */
interface SimdFunctions {
  /** `upper` and `lower`: two weights of 16 bits, the left pixel's low. `stride` is that of pixels. */
  take(pixels: number, dx: number, dy: number, stride: number, upper: number, lower: number): void;
  compare(pixels: number, stride: number, upper: number, lower: number): void;
  /** `stride` is that of pixels. */
  scharr(...args: GradientArguments): void;
  sobel(...args: GradientArguments): void;
  strength(...args: StrengthArguments): void;
}

type GradientArguments = [before: number, dx: number, dy: number, stride: number, width: number, height: number];
type StrengthArguments = [
  ...at: [dx: number, dy: number, sums: number, lineBytes: number, out: number],
  ...shape: [stride: number, width: number, height: number],
];

/** `undefined`: not tried yet. */
let engine: SimdEngine | false | undefined;

/** @returns false where there is no WebAssembly with vector instructions. */
export function simdEngine(): SimdEngine | false {
  engine ??= makeEngine();
  return engine;
}

function makeEngine(): SimdEngine | false {
  const functions = {
    take: takeWindow(),
    compare: compareWindow(),
    scharr: gradients(3, 10),
    sobel: gradients(1, 2),
    strength: cornerStrength(),
  };
  try {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new WebAssembly.Module(moduleBytes(functions, { shared: false }));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { memory, functions: exports as unknown as SimdFunctions };
  } catch {
    // No WebAssembly, none with vectors, or a page that does not allow it.
    return false;
  }
}

/** Makes the memory at least so large. Views of it made before may have ended. */
export function reserve({ memory }: SimdEngine, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}
