import { describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { decodeText, readText } from '../../src/platform/textFiles.js';
import { parseYaml } from '../../src/platform/yaml.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { writeFileSync } from 'node:fs';

usePlatform(nodePlatform);

describe('YAML', () => {
  test('sound texts', () => {
    expect(parseYaml('path: .\nval: [a, b]\nnames:\n  0: "x"\n  1: y\n')).toEqual({
      path: '.',
      val: ['a', 'b'],
      names: { 0: 'x', 1: 'y' },
    });
    expect([parseYaml(''), parseYaml('# nothing\n'), parseYaml('\uFEFFa: 1\r\n')]).toEqual([null, null, { a: 1 }]);
    expect(parseYaml('a: &x {b: 1}\nc: *x')).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(Object.keys(parseYaml('__proto__: {x: 1}\nconstructor: 2') as object)).toEqual(['__proto__', 'constructor']);
  });

  // Every text but those of the second list is refused by PyYAML's safe loader as well.
  test.each([
    ['val: a\nval:\n\t- b', /line 3, column 1: Tabs/],
    ['names:\n\t0: a', /line 2, column 1: Tabs/],
    ['a: [1, 2\n', /line 2, column 1: Flow sequence/],
    ['a: {b: 1\nc: 2', /line 2, column 1: Flow map/],
    ['a: "b\nc: 1', /line 1|line 2/],
    ['a: b: c', /line 1, column 4: Nested mappings/],
    ['a: 1\n  b: 2\n', /line 1, column 4: Nested mappings/],
    ['a: 1\n---\nb: 2', /line 2, column 1: got a second document/],
    ['a: *b', /line 1, column 4: got \*b, expected an anchor/],
    ['a: &b [*b]', /line 1, column 8: got \*b, expected an anchor/],
    ['a: !!python/object/apply:os.system ["ls"]', /line 1, column 4: Unresolved tag/],
    ['a: ]', /line 1, column 4/],
  ])('%j is an error with its place', (text, message) => {
    expect(() => parseYaml(text)).toThrow(FastSAMError);
    expect(() => parseYaml(text)).toThrow(message);
  });

  test.each([
    ['val: a\ntrain: b\nval: c', /line 3, column 1: got the key "val" twice/],
    ['names: {0: a, "0": b}', /line 1, column 15: got the key "0" twice/],
    ['a:\n  - {x: 1, x: 2}', /line 2, column 12: got the key "x" twice/],
  ])('%j: repeated keys are refused', (text, message) => {
    expect(() => parseYaml(text)).toThrow(message);
  });

  test.each([
    ['['.repeat(50_000), /column 41: got more than 40 levels/],
    ['{a: '.repeat(50_000), /more than 40 levels/],
    ['- '.repeat(50_000), /more than 40 levels/],
    ['? '.repeat(50_000), /more than 40 levels/],
    ['['.repeat(3000) + ']'.repeat(3000), /more than 40 levels/],
    [Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /more than 40 levels/],
    ['a: &a 1\nb: [' + '*a, '.repeat(1000) + ']', /more than 50 references/],
    [`a: ${'x'.repeat(2 ** 20)}`, /got 1048579 characters, expected at most 1048576/],
  ])('a text without bounds is refused before it is built (%#)', (text, message) => {
    expect(() => parseYaml(text)).toThrow(message);
  });

  test('60,000 keys are read; each is compared with none', () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `k${i}: v`).join('\n');
    expect(Object.keys(parseYaml(text) as object)).toHaveLength(60_000);
  });

  test('messages are one short line, whatever the text', () => {
    for (const text of [
      '!'.repeat(100_000),
      `"${'a\\n'.repeat(9999)}": 1\n"${'a\\n'.repeat(9999)}": 2`,
      `*${'x'.repeat(9999)}`,
    ]) {
      let message = '';
      try {
        parseYaml(text);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(/^YAML: line 1?\d, column \d+: [^\n]+$/);
      expect(message.length).toBeLessThan(400);
    }
  });
});

describe('text files', () => {
  test.each([
    ['utf-8', [0x61, 0xc3, 0xbc]],
    ['utf-8 with mark', [0xef, 0xbb, 0xbf, 0x61, 0xc3, 0xbc]],
    ['utf-16, low byte first', [0xff, 0xfe, 0x61, 0, 0xfc, 0]],
    ['utf-16, high byte first', [0xfe, 0xff, 0, 0x61, 0, 0xfc]],
  ])('%s', (_, bytes) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe('aü');
  });

  test('larger ones, devices and missing ones are refused', async () => {
    const file = `${temporaryFolder()}/a.txt`;
    writeFileSync(file, 'x'.repeat(100));
    expect(await readText(file, 100)).toHaveLength(100);
    await expect(readText(file, 99)).rejects.toThrow(/a\.txt: got a file of 1 MiB, expected at most 1 MiB/);
    await expect(readText('/dev/zero')).rejects.toThrow(/got a pipe or a device/);
    await expect(readText('/no/where')).rejects.toThrow(/no such file/);
  });
});
