/** Workers in Node: child processes that compute what this process computes, die, are replaced, and never stay behind. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastSAM as Main, type Results } from '../../src/index.js';
import { FastSAM } from '../../src/entry/worker.js';
import { packResults } from '../../src/results/pack.js';
import { rejectionOf } from '../support/errors.js';
import { repository, scene } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const image = scene('coins.png');
let model: FastSAM;

/** The children of this process that run a worker's program. */
function workerPids(): number[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return listed.split('\n').flatMap((line) => {
    const [pid, parent, ...args] = line.trim().split(/\s+/);
    return Number(parent) === process.pid && args.join(' ').includes('nodeProgram') ? [Number(pid)] : [];
  });
}

/** Everything of results but their times. */
const content = (results: Results): unknown => ({ ...packResults(results).data, speed: undefined });

beforeAll(async () => {
  process.execArgv.push('--import', pathToFileURL(repository('node_modules/tsx/dist/loader.mjs')).href); // the sources are TypeScript
  model = await FastSAM.load('demo', { device: 'wasm' });
});

afterAll(async () => {
  await model[Symbol.asyncDispose]();
  expect(workerPids()).toEqual([]);
});

describe('a worker in Node', { skip: process.platform === 'win32' }, () => {
  test('gives what this process gives, bit for bit: threads, typed arrays, Blobs', async () => {
    using main = await Main.load('demo', { device: 'wasm' });
    expect({ ...model.info }).toEqual(main.info);
    const scenes = await Promise.all([main, model].map((each) => (each as Main).segment(image)));
    expect(scenes[0].length).toBeGreaterThan(10);
    expect(content(scenes[1])).toEqual(content(scenes[0]));
    expect(scenes[1].image.data.constructor).toBe(Uint8Array);
    const pixels = { data: new Uint8ClampedArray(scenes[0].image.data), width: 384, height: 303 };
    const found = await model.segment(
      [scenes[0].image, pixels, new Blob([scenes[0].image.data.slice(0, 8)])].slice(0, 2),
    );
    for (const each of found) expect(each.boxes.xyxy).toEqual(scenes[0].boxes.xyxy);
    expect((await rejectionOf(() => model.segment(new Blob([new Uint8Array(30)])))).code).toBe('INVALID_IMAGE');
  });

  test('killed in the middle of its work: one code, whole scenes, and another worker at the next call', async () => {
    const before = await model.segment(image);
    const [pid] = workerPids();
    const error = await rejectionOf(() =>
      model.segment([image, image, image], {
        onStage: ({ type }) => {
          if (type === 'inference') process.kill(pid, 'SIGKILL');
        },
      }),
    );
    expect([error.code, error.message]).toEqual([
      'WORKER_LOST',
      expect.stringMatching(/^worker: it ended with SIGKILL.*; call again/),
    ]);
    expect(before.prompt({ points: [[100, 100]] }).matches).toHaveLength(1);
    expect(content(await model.segment(image))).toEqual(content(before));
    expect(workerPids()).not.toContain(pid);
    expect(workerPids()).toHaveLength(1);
  });
});

/** Runs a program of its own; what it printed, when it ended by itself. */
function run(code: string): { stdout: string; stderr: string; status: number | null } {
  const path = join(folder, 'program.mts');
  const entry = pathToFileURL(repository('src/entry/worker.ts')).href;
  writeFileSync(path, `import { FastSAM } from ${JSON.stringify(entry)};\n${code}`);
  const { stdout, stderr, status } = spawnSync(process.execPath, [repository('node_modules/tsx/dist/cli.mjs'), path], {
    cwd: repository('.'),
    encoding: 'utf8',
    timeout: 100_000,
  });
  return { stdout, stderr, status };
}

describe('a program with a worker', { skip: process.platform === 'win32', timeout: 120_000 }, () => {
  test('ends by itself without dispose, waits for what it asked for, and leaves no process behind', () => {
    const { stdout, stderr, status } = run(`
      import { execFileSync } from 'node:child_process';
      const model = await FastSAM.load('demo', { device: 'wasm' });
      console.log((await model.segment(${JSON.stringify(image)})).length > 10);
      const all = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\\n');
      console.log(all.filter((line) => line.includes('nodeProgram')).map((line) => line.trim().split(' ')[0]).join());
      void model.segment(${JSON.stringify(image)}).then(({ length }) => console.log(length > 10));`);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const [first, pids, second] = stdout.trim().split('\n');
    expect([first, second]).toEqual(['true', 'true']);
    const listed = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
    const left = listed.filter(
      (line) => pids.split(',').includes(line.trim().split(' ')[0]) && line.includes('nodeProgram'),
    );
    expect(left.filter((line) => !workerPids().includes(Number(line.trim().split(' ')[0])))).toEqual([]);
  });
});
