import { expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import { runCases, type CaseEnd } from '../../tools/fuzz/run.js';

const LIMITS = { ms: 10_000, memory: Infinity };

async function endOf(read: () => unknown, limits = LIMITS): Promise<CaseEnd> {
  const format = { name: 'x', make: () => ({ kind: 'made', read }) };
  const ends: CaseEnd[] = [];
  for await (const end of runCases(format, { first: 7, count: 1, limits })) ends.push(end);
  return ends[0];
}

const refusal = (message: string, cause?: unknown) => () => {
  throw new FastSAMError('INVALID_ARGUMENT', message, { cause });
};

test('a result and a clear refusal are no faults', async () => {
  expect(await endOf(() => 1)).toMatchObject({ seed: 7, kind: 'made', ending: 'read' });
  const refused = await endOf(refusal('got nothing, expected something', new SyntaxError('x')));
  expect(refused).toMatchObject({ ending: 'refused' });
  expect([(await endOf(() => 1)).fault, refused.fault]).toEqual([undefined, undefined]);
});

test.each<[string, () => unknown, RegExp]>([
  ['another error', () => Promise.reject(new Error('foreign')), /foreign/],
  [
    'a mistake under a refusal',
    refusal('got nothing', new Error('outer', { cause: new TypeError('hidden') })),
    /hidden/,
  ],
  ['a printed line', () => process.stderr.write('GLib-CRITICAL\n'), /printed GLib-CRITICAL/],
  ['a control character', () => Promise.reject(forged('a\u001b[2Jb')), /control character/],
  ['an endless message', () => Promise.reject(forged('a'.repeat(2001))), /a message of 2001 characters/],
])('%s is one', async (_name, read, fault) => {
  expect((await endOf(read)).fault).toMatch(fault);
});

test('so are too much time and too much memory', async () => {
  const slow = await endOf(() => new Promise((resolve) => setTimeout(resolve, 20)), { ms: 1, memory: Infinity });
  expect(slow.fault).toMatch(/took \d+ ms/);
  const limit = process.resourceUsage().maxRSS * 1024 + 1;
  const large = await endOf(() => new Uint8Array(1.5 * limit).fill(1), { ms: 30_000, memory: limit });
  expect(large.fault).toMatch(/needed \d+ MB/);
});

/** A FastSAMError whose message went past the check of its constructor. */
function forged(message: string): FastSAMError {
  return Object.defineProperty(new FastSAMError('INVALID_ARGUMENT', ''), 'message', { value: message });
}
