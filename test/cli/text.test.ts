/** `fastsam segment --text`, in this process, with small random encoders. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { segmentCommand } from '../../src/cli/segment.js';
import { addTextRows, textPrompts } from '../../src/cli/textPrompt.js';
import type { CommandValues } from '../../src/cli/rows.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import type { ResultsJson } from '../../src/formats/json.js';
import { seededClip } from '../support/seededClip.js';
import { violations } from '../support/schema.js';
import { scene, TRAINED } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

usePlatform(nodePlatform);

const COFFEE = scene('coffee.jpg');
const folder = temporaryFolder();
let clip: string;

beforeAll(() => {
  clip = join(folder, 'clip.safetensors');
  writeFileSync(clip, seededClip());
});

/** Runs the command; what it prints on stdout. */
async function segment(...args: string[]): Promise<string> {
  const printed: string[] = [];
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0),
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true),
  ];
  try {
    await segmentCommand().exitOverride().parseAsync(args, { from: 'user' });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return printed.join('');
}

describe('segment --text', () => {
  test('prints what the texts choose and how well they fit', async () => {
    const args = ['--text', 'a cup', '--text', 'a spoon', '--text-model', clip, '--device', 'cpu', '--json'];
    const json = JSON.parse(await segment(COFFEE, ...args)) as ResultsJson;
    expect(json.prompt).toEqual({ texts: ['a cup', 'a spoon'], topK: 1 });
    expect(json.masks.length).toBeGreaterThan(0);
    expect(json.masks.length).toBeLessThan(3);
    for (const { texts } of json.masks) expect(texts).toHaveLength(2);
    expect(violations(json)).toEqual([]);
  });

  test('with a point: objects that answer either', async () => {
    const point = ['--point', '300,200', '--device', 'cpu', '--json'];
    const alone = JSON.parse(await segment(COFFEE, ...point)) as ResultsJson;
    const both = JSON.parse(await segment(COFFEE, ...point, '--text', 'a spoon', '--text-model', clip)) as ResultsJson;
    const ids = both.masks.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(alone.masks.map(({ id }) => id)));
    expect(both.prompt).toMatchObject({ points: [[300, 200]], texts: ['a spoon'] });
  });

  test('wrong encoders are named', async () => {
    const detector = TRAINED;
    await expect(segment(COFFEE, '--text', 'a cup', '--text-model', detector, '--json')).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
    });
    await expect(segment(COFFEE, '--text', 'a cup', '--text-model', 'ViT-Z/99', '--json')).rejects.toMatchObject({
      message: expect.stringMatching(/ViT-Z\/99/) as string,
    });
  });
});

describe('options are checked before anything is loaded', () => {
  const parse = (...args: string[]) =>
    addTextRows(new Command().exitOverride().configureOutput({ writeErr: () => undefined }))
      .parse(args, { from: 'user' })
      .opts<CommandValues>();

  test('without --text there is nothing to do', () => {
    expect(textPrompts(parse(), undefined, undefined)).toBeUndefined();
  });

  test.each([[['--top-k', '2']], [['--text-threshold', '0.5']], [['--within', '0,0,9,9']], [['--text-model', 'x']]])(
    '%j needs --text',
    (args) => {
      expect(() => textPrompts(parse(...args), undefined, undefined)).toThrow(/got no --text/);
    },
  );

  test('values out of range and empty texts are refused', () => {
    for (const args of [
      ['--text', ' '],
      ['--top-k', '0'],
      ['--text-threshold', '2'],
      ['--within', '1,2,3'],
    ]) {
      expect(() => parse(...args), args.join(' ')).toThrow();
    }
  });

  test('what the peer of --compat does not know is refused', () => {
    const threshold = parse('--text', 'a', '--text-threshold', '0.5');
    expect(() => textPrompts(threshold, undefined, 'ultralytics')).toThrow(/threshold: compat 'ultralytics'/);
    expect(() => textPrompts(parse('--text', 'a', '--text', 'b'), undefined, 'casia')).toThrow(/got 2, expected one/);
    expect(() => textPrompts(parse('--text', 'a'), { points: [1, 1], pick: 'merge' }, undefined)).toThrow(/merge/);
  });
});
