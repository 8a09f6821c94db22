/** 16-bit floats: conversion from bits, and rounding of float32 to nearest, ties to even (IEEE 754). */
import { roundHalfEven } from './rounding.js';

/** The float32 of one IEEE 754 half-precision bit pattern, subnormals, infinities and NaN included. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The smallest number that is infinite as a float16. */
export const ROUNDS_TO_INFINITY = 65_520;

/**
 * Bit patterns of float32 without the sign: above the first is NaN; the others are the lower ends of what rounds to
 * infinity and of normal halves.
 */
const INFINITE_SINGLE = 0x7f800000;
const INFINITE_HALF = 0x477ff000; // 65520, half a step above 65504
const SMALLEST_NORMAL = 0x38800000; // 2^-14
/** Difference of the exponents' biases, at a float32's exponent. */
const REBASE = (127 - 15) << 23;

/**
 * Bits of the nearest float16 (as PyTorch's `.half()`); from 65520 on it is infinity, up to 2^-25 zero. NaN stays NaN.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const patterns = bitsOf(values);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) {
    const magnitude = patterns[i] & 0x7fffffff;
    halves[i] = ((patterns[i] >>> 16) & 0x8000) | halfMagnitude(magnitude, values[i]);
  }
  return halves;
}

function halfMagnitude(magnitude: number, value: number): number {
  if (magnitude > INFINITE_SINGLE) return 0x7e00;
  if (magnitude >= INFINITE_HALF) return 0x7c00;
  if (magnitude < SMALLEST_NORMAL) return roundHalfEven(Math.abs(value) * 2 ** 24);
  const rebased = magnitude - REBASE;
  // 13 bits are dropped. A carry out of the fraction moves to the exponent by itself.
  return (rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13;
}

/** Bits of the nearest bfloat16: the upper half of a float32. NaN stays NaN. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const patterns = bitsOf(values);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) {
    const x = patterns[i];
    const isNaN = (x & 0x7fffffff) > INFINITE_SINGLE;
    halves[i] = isNaN ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return halves;
}

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);
