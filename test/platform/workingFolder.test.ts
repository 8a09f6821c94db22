/** Nothing of the working folder runs: no module, no program. */
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { fetchWheel, wheelLink } from '../../src/platform/native/fetchWheel.js';
import { run } from '../../src/platform/native/run.js';
import { findNativePackage, NATIVE_PACKAGE } from '../../src/platform/native/target.js';
import { programPath } from '../../src/platform/programPath.js';
import { runProgram } from '../../src/platform/programs.js';
import { fastsam } from '../support/cli.js';
import { refusal } from '../support/errors.js';
import { repository, scene } from '../support/paths.js';
import { shell } from '../support/shell.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const hostile = temporaryFolder();
/** Each hostile file leaves its mark when it runs. */
const mark = (name: string): string => join(hostile, `ran-${name}`);
const marks = (): string[] => ['pip', 'tfjs', ...PROGRAMS].filter((name) => existsSync(mark(name)));
const PROGRAMS = ['ffmpeg', 'ffprobe', 'python3', 'c++', 'npm', 'redis-server', 'git'];

beforeAll(() => {
  writeFileSync(join(hostile, 'pip.py'), `open(${JSON.stringify(mark('pip'))}, 'w').close()\n`);
  for (const name of PROGRAMS) {
    writeFileSync(join(hostile, name), `#!/bin/sh\ntouch '${mark(name)}'\n`);
    chmodSync(join(hostile, name), 0o755);
  }
  const evil = join(hostile, 'node_modules', NATIVE_PACKAGE);
  mkdirSync(join(evil, 'lib/napi-v8'), { recursive: true });
  writeFileSync(
    join(evil, 'package.json'),
    JSON.stringify({ name: NATIVE_PACKAGE, main: 'evil.js', binary: { napi_versions: [8] } }),
  );
  writeFileSync(join(evil, 'evil.js'), `require('node:fs').writeFileSync(${JSON.stringify(mark('tfjs'))}, '');`);
  writeFileSync(join(evil, 'lib/napi-v8/tfjs_binding.node'), '');
  // The guard against two copies of TensorFlow.js is passed by a link to the installed one.
  symlinkSync(repository('node_modules/@tensorflow/tfjs'), join(hostile, 'node_modules/@tensorflow/tfjs'));
});

afterEach(() => {
  vi.restoreAllMocks();
  expect(marks()).toEqual([]);
});

describe('the native package', () => {
  test('is not looked for in the working folder, nor in NODE_PATH', () => {
    vi.spyOn(process, 'cwd').mockReturnValue(hostile);
    vi.stubEnv('NODE_PATH', join(hostile, 'node_modules'));
    expect(findNativePackage() ?? '').not.toContain(hostile);
    expect(findNativePackage('main.js') ?? '').not.toContain(hostile);
    vi.unstubAllEnvs();
  });

  test('is found above the program that was started', () => {
    const own = findNativePackage();
    // Where this package has none beside it; here it has, which comes first.
    const started = findNativePackage(join(hostile, 'app/main.js'));
    expect(started).toBe(own ?? join(hostile, 'node_modules', NATIVE_PACKAGE));
  });

  test('info and segment in a hostile folder', async () => {
    const PATH = `:.:${process.env.PATH}`;
    const env = { PATH, NODE_PATH: join(hostile, 'node_modules') };
    expect((await fastsam(['info'], { cwd: hostile, env })).code).toBe(0);
    const run = await fastsam(['segment', scene('coins.png'), '--imgsz', '64', '--json'], { cwd: hostile, env });
    expect(run.code).toBe(0);
  });
});

describe('programs', () => {
  test.each([':', '.', '', './', `.:${hostile}/../none`, 'relative'])(
    'PATH is %j: not from the working folder',
    async (PATH) => {
      vi.spyOn(process, 'cwd').mockReturnValue(hostile);
      expect(programPath('ffmpeg', { PATH })).not.toContain(hostile);
      expect((await run('ffmpeg', [], { cwd: hostile, env: { PATH } })).code).toBeUndefined();
      expect((await run('python3', [], { cwd: hostile, env: { PATH } })).code).toBeUndefined();
      vi.stubEnv('PATH', PATH);
      expect((await runProgram('ffmpeg', [])).code).toBeUndefined();
      vi.unstubAllEnvs();
    },
  );

  test('are found in the folders of PATH, and by their path', async () => {
    const node = process.execPath;
    expect(programPath('node', { PATH: `:relative:${dirname(node)}` })).toBe(join(dirname(node), 'node'));
    expect(programPath('./ffmpeg')).toBe('./ffmpeg');
    expect((await runProgram('sh', ['-c', 'exit 3'])).code).toBe(3);
  });

  test('a video in a hostile folder', () => {
    const { stderr } = shell("PATH=':.:/nowhere' fastsam track clip.mp4 --out o; true", hostile);
    expect(stderr).toMatch(/^fastsam: /);
  });
});

describe('pip', () => {
  const wheel = { name: 'none-such', version: '0', file: 'none_such-0-py3-none-any.whl', sha256: '0', bytes: 10 };

  test('runs without the working folder among its modules', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(hostile);
    const env = { ...process.env, PYTHONPATH: hostile, PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_RETRIES: '0' };
    const before = process.cwd();
    const [code] = await refusal(() => fetchWheel(wheel, { folder: join(hostile, 'wheels'), env }));
    expect([code, before]).toEqual(['DOWNLOAD_FAILED', hostile]);
  });

  test('setup in a hostile folder', async () => {
    const env = { FASTSAM_HOME: join(hostile, 'home'), PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_RETRIES: '0' };
    const { code, stderr } = await fastsam(['setup', '--cpu', '--mirror', 'http://user:s3cret@127.0.0.1:9/simple'], {
      cwd: hostile,
      env: { ...env, PYTHONPATH: hostile, PATH: `:.:${process.env.PATH}` },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^fastsam: /m);
    expect(stderr).not.toContain('s3cret');
  });
});

describe('a page of an index', () => {
  const file = 'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl';

  test.each([
    [`<a href="../../x/${file}#sha256=0">${file}</a>`, `../../x/${file}`],
    [`<a\n data-requires-python="&gt;=3.9" href="a?b=1&amp;c=2" rel="x">\n ${file}\n</a >`, 'a?b=1&c=2'],
    [`<a href="no">other.whl</a><br/><a href="yes">${file}</a>`, 'yes'],
    [`<a name="x">${file}</a>`, undefined],
    [`<a href="x">${file}`, 'x'],
    ['', undefined],
    ['<a href="x', undefined],
  ])('%s', (page, link) => {
    expect(wheelLink(page, file)).toBe(link);
  });

  test('is read in time that grows with its length alone', () => {
    // 8 MB each; the cube of 8,000 blanks alone would take minutes.
    for (const piece of ['<a href="x">' + ' '.repeat(8000), '<a ', '<a href=', ' ', '<a href="">', 'href="', '<a>']) {
      expect(wheelLink(piece.repeat(Math.ceil(8e6 / piece.length)), file)).toBeUndefined();
    }
  });
});
