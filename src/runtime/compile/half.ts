/** Rounding float32 to 16-bit floats: to the nearest value, ties to even, as IEEE 754 has it. */

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** Bits of the nearest bfloat16: the upper half of a float32. NaN stays NaN. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const result = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i];
    const isNaN = (x & 0x7fffffff) > 0x7f800000;
    result[i] = isNaN ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return result;
}

/** Exponent of the smallest normal float16, 2^-14. */
const MIN_EXPONENT = -14;
/** Bias of a float32's exponent. */
const BIAS = 127;
const MANTISSA_BITS = 10;
const INFINITE = 0x7c00;
/** The first float32 that rounds to infinity: half a step above 65504. */
const OVERFLOW = 65520;

/** Bits of the nearest float16; above 65519.99… it is infinity, below 2^-25 zero. NaN stays NaN. */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const result = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    result[i] = ((bits[i] >>> 16) & 0x8000) | magnitude(Math.abs(values[i]), bits[i]);
  }
  return result;
}

function magnitude(size: number, bits: number): number {
  if (Number.isNaN(size)) return INFINITE | 0x200;
  if (size >= OVERFLOW) return INFINITE;
  const exponent = Math.max(((bits >>> 23) & 0xff) - BIAS, MIN_EXPONENT);
  // In steps of the last bit at this exponent; a carry out of the mantissa moves on to the next exponent by itself.
  const steps = roundHalfToEven(size * 2 ** (MANTISSA_BITS - exponent));
  return ((exponent - MIN_EXPONENT) << MANTISSA_BITS) + steps;
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
