/** What somebody may pass by mistake or from the network. */
import { FastSAMError } from '../../src/errors.js';

/** What a value or callback of the caller throws; it may come out of a call as it is. */
export class Trap extends Error {}

const trap = (): never => {
  throw new Trap('a trap of the caller');
};
const cyclic: unknown[] = [];
cyclic.push(cyclic);
const revoked = Proxy.revocable({}, {});
revoked.revoke();

/** Values that can be looked at. */
export const JUNK: readonly unknown[] = [
  ...[undefined, null, NaN, -1, 0, 1.5, 1e9, 1e308, -0, Infinity, -Infinity, true, 10n],
  ...['', 'x', '__proto__', '\0', Symbol('s')],
  ...[[], [[]], [null], [NaN], [[1, 2]], ['a'], [-1, 1e9], [{}], [Symbol('s')], [10n], cyclic, new Array(3)],
  ...[{}, { length: 5 }, { x: 1 }, { size: 'x', counts: {} }, { width: -1, height: NaN, data: null }],
  ...[
    Object.create(null) as unknown,
    { __proto__: null, conf: 2 },
    { toString: null },
    { toJSON: trap },
    { then: 1 },
    { length: -1 },
    { length: 1e9 },
  ],
  ...[Object.defineProperty({}, Symbol.toStringTag, { get: trap })],
  ...[() => 1, trap, FastSAMError, new Date(NaN), new Map([['a', 1]]), new Set([1]), /x/, new Error('e')],
  ...[new Uint8Array(0), new Uint8Array(7), new Float32Array([NaN, 1, 2, 3]), new Float64Array([1, 2])],
  ...[new Int32Array([-1]), new BigInt64Array(4), new ArrayBuffer(2), Promise.resolve(1)],
];

/** Values that throw when they are looked at; options refuse them. */
export const TRAPS: readonly unknown[] = [
  new Proxy({}, { get: trap, ownKeys: trap, has: trap, getPrototypeOf: trap }),
  revoked.proxy,
  Object.defineProperty({}, 'conf', { get: trap, enumerable: true }),
];
