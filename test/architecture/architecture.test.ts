/** The house's floors, its cycles, and who may know Node, TensorFlow.js and the browser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { closureOf, importsOf, knots, roomOf, sourceFiles, SOURCE, type Import } from './imports.js';

const FILES = sourceFiles();
const IMPORTS = new Map(FILES.map((file) => [file, importsOf(file)]));
const ALL = [...IMPORTS.values()].flat();
/** The floors as ARCHITECTURE.md draws them, ground first; rooms of one line stand side by side. */
const FLOORS = floorsOf(readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8'));
const FLOOR_OF = new Map(FLOORS.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)));

const isOwn = ({ to }: Import) => IMPORTS.has(to);
const line = ({ from, to, kind }: Import) => `${from} -> ${to} (${kind})`;

function floorsOf(page: string): string[][] {
  const block = /```floors\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  return block
    .trim()
    .split('\n')
    .map((row) => row.replace(/#.*/, '').trim().split(/\s+/))
    .reverse();
}

/** Imports that do not go down: to a higher floor, or to another room of the same one. */
function upward(imports: readonly Import[]): string[] {
  return imports
    .filter(isOwn)
    .filter(({ from, to }) => roomOf(from) !== roomOf(to))
    .filter(({ from, to }) => (FLOOR_OF.get(roomOf(to)) ?? 0) >= (FLOOR_OF.get(roomOf(from)) ?? 0))
    .map(line);
}

function edgesOf(imports: readonly Import[], name: (path: string) => string): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports.filter(isOwn)) {
    if (name(from) === name(to)) continue;
    edges.set(name(from), (edges.get(name(from)) ?? new Set()).add(name(to)));
  }
  return edges;
}

describe('floors', () => {
  test('every room of src stands on a floor, and every floor is a room', () => {
    expect([...new Set(FILES.map(roomOf))].sort()).toEqual([...FLOOR_OF.keys()].sort());
  });

  test('every import inside src finds a file', () => {
    expect(ALL.filter(({ to }) => /^[^@]*\.ts$/.test(to) && !IMPORTS.has(to)).map(line)).toEqual([]);
  });

  test('no import goes up, for types neither', () => {
    expect(upward(ALL)).toEqual([]);
  });

  test('one import upward is noticed', () => {
    const up = importsOf('mask/rle.ts', "import type { Results } from '../results/results.js';");
    expect(upward([...ALL, ...up])).toEqual(['mask/rle.ts -> results/results.ts (type)']);
  });

  test('rooms are no knots, nor are files', () => {
    expect(knots(edgesOf(ALL, roomOf))).toEqual([]);
    expect(knots(edgesOf(ALL, (path) => path))).toEqual([]);
  });

  test('a ring of files is noticed', () => {
    const back = importsOf('errors.ts', "import { FastSAM } from './fastsam.js';");
    expect(knots(edgesOf([...ALL, ...back], (path) => path))[0]).toContain('fastsam.ts');
  });
});

describe('hard walls', () => {
  const importers = (pattern: RegExp) => [
    ...new Set(ALL.filter(({ to, kind }) => kind !== 'type' && pattern.test(to)).map(({ from }) => roomOf(from))),
  ];

  test('Node is known to the platform and the command line', () => {
    expect(importers(/^node:/).sort()).toEqual(['cli', 'platform']);
  });

  test('TensorFlow.js is known to those that compute with tensors', () => {
    expect(importers(/^@tensorflow\//)).toEqual(['runtime']);
    const allowed = ['clip', 'export', 'layers', 'model', 'runtime'];
    expect(importers(/^runtime\/tfjs\.ts$/).filter((room) => !allowed.includes(room))).toEqual([]);
  });

  test('only the runtime chooses a backend', () => {
    const choosers = FILES.filter((file) => /\bsetBackend\(/.test(readFileSync(join(SOURCE, file), 'utf8')));
    expect(choosers.map(roomOf).filter((room) => room !== 'runtime')).toEqual([]);
  });

  test('all of TensorFlow.js, with every backend, is imported by nobody', () => {
    const whole = ALL.filter(({ to, kind }) => kind !== 'type' && to === '@tensorflow/tfjs');
    expect(whole.map(line)).toEqual([]);
  });

  test('sharp is known to the platform and the benchmark', () => {
    const users = ALL.filter(({ to, kind }) => kind !== 'type' && to === 'sharp').map(({ from }) => from);
    expect(users.filter((file) => !/^(platform|cli\/bench)\//.test(file))).toEqual([]);
  });

  test("the page is known to the platform and to the runtime's search for devices", () => {
    const users = FILES.filter((file) => browserNames(file).length > 0);
    const allowed = /^(element\/|platform\/|runtime\/deviceStatus\.ts$|source\/readImage\.ts$)/;
    expect(users.filter((file) => !allowed.test(file))).toEqual([]);
  });

  test('the browser entries reach nothing of Node, however late', () => {
    const seen = new Set<string>([
      'index.browser.ts',
      'entry/worker.browser.ts',
      'entry/element.ts',
      'entry/interact.ts',
      'worker/browserProgram.ts',
    ]);
    for (const file of seen) for (const { to, kind } of IMPORTS.get(file) ?? []) if (kind !== 'type') seen.add(to);
    expect([...seen].filter((name) => /^node:|^sharp$|^cli\//.test(name))).toEqual([]);
  });
});

const BROWSER_NAME =
  /^(document|navigator|caches|localStorage|indexedDB|OffscreenCanvas|createImageBitmap|ImageBitmap|ImageData|VideoFrame|HTML\w*Element)$/;

/** Names of the page's objects that a file's code uses, other than as members of something. */
function browserNames(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(SOURCE, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && BROWSER_NAME.test(node.text) && !isMemberName(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.name === node && parent.expression.getText() !== 'globalThis';
  }
  return (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node;
}

describe('what comes with a start', () => {
  const packages = (entry: string) => [...closureOf(entry, IMPORTS)].filter((name) => !IMPORTS.has(name));

  test('the program and the definitions of its commands start without TensorFlow.js', () => {
    const definitions = (IMPORTS.get('cli/commands.ts') ?? []).filter(({ to }) => to.startsWith('cli/'));
    expect(definitions.length).toBeGreaterThan(8);
    for (const { to } of [{ to: 'cli/main.ts' }, ...definitions]) {
      expect([to, packages(to).filter((name) => /^(@tensorflow|protobufjs|sharp)/.test(name))]).toEqual([to, []]);
    }
  });

  test('the page of a worker has neither TensorFlow.js nor what runs the network', () => {
    for (const entry of ['entry/worker.browser.ts', 'entry/worker.ts', 'entry/element.ts', 'entry/interact.ts']) {
      const eager = [...closureOf(entry, IMPORTS)];
      expect(
        eager.filter((name) => /^(@tensorflow|protobufjs|fastsam\.ts|runtime\/device|weights\/read)/.test(name)),
      ).toEqual([]);
    }
  });

  test('the package starts without what only some of its users need', () => {
    const eager = [...closureOf('api.ts', IMPORTS)];
    const late = /^(export|evaluate|studies|track|batch|cli|runtime\/compile)\//;
    expect(eager.filter((name) => late.test(name))).toEqual([]);
  });
});
