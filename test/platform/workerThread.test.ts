/** TensorFlow's library prints nothing in a worker thread either, whose environment is a copy that C++ does not see. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { findCompiler, QUIET_SOURCE } from '../../src/platform/native/compile.js';
import { nativeStatus } from '../../src/platform/native/load.js';
import { repository, scene } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const compiler = await findCompiler(process.env).catch(() => undefined);
const ready = process.platform === 'linux' && nativeStatus().origin === 'setup' && compiler !== undefined;

/** What a process prints whose worker thread segments an image on the CPU. */
function worker(env: NodeJS.ProcessEnv): { stdout: string; stderr: string } {
  const tsx = pathToFileURL(repository('node_modules/tsx/dist/esm/api/index.mjs')).href;
  const index = pathToFileURL(repository('src/index.ts')).href;
  const code = `import { register } from '${tsx}'; register();
    const { FastSAM } = await import('${index}');
    const model = await FastSAM.load('demo', { device: 'cpu' });
    console.log((await model.segment('${scene('coins.png')}', { imgsz: 64 })).device);`;
  const path = join(folder, 'main.mjs');
  writeFileSync(
    path,
    `import { Worker } from 'node:worker_threads';
    new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(code)})));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [path], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: undefined, ...env },
    encoding: 'utf8',
  });
  return { stdout, stderr };
}

test.skipIf(!ready)('the library that setup makes is silent in a worker, until the user asks it to speak', () => {
  // Compiled here, so that this version is tested and not the one that an earlier setup has left.
  const source = join(folder, 'quiet.c');
  writeFileSync(source, QUIET_SOURCE);
  const args = [
    '-x',
    'c',
    '-O2',
    '-fPIC',
    '-shared',
    '-Wl,-z,initfirst',
    '-o',
    join(folder, 'libfastsam_quiet.so'),
    source,
  ];
  expect(spawnSync(compiler ?? '', args, { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  const LD_LIBRARY_PATH = folder;
  expect(worker({ LD_LIBRARY_PATH })).toEqual({ stdout: 'native-cpu\n', stderr: '' });
  expect(worker({ LD_LIBRARY_PATH, TF_CPP_MIN_LOG_LEVEL: '0' }).stderr).toMatch(/tensorflow|cuda/i);
});
