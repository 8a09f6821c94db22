/** Signals: 130 for Ctrl-C, 143 for SIGTERM, at once the second time, and never a process that stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fastsam } from '../support/cli.js';
import { repository, scene } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const COINS = scene('coins.png');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const RUN = pathToFileURL(repository('src/cli/run.ts')).href;

/** Takes requests and never answers; tells of each. */
let server: Server;
let url = '';

beforeAll(async () => {
  server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.pt`;
  // Sound data: they are read before the model is asked for.
  writeFileSync(join(folder, 'data.yaml'), 'path: .\nval: images\nnames: [object]\n');
  for (const name of ['images', 'labels']) mkdirSync(join(folder, name));
  copyFileSync(COINS, join(folder, 'images', 'coins.png'));
  writeFileSync(join(folder, 'labels', 'coins.txt'), '0 0.5 0.5 0.2 0.2\n');
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends a signal when the server is asked, which then never answers. */
async function interruptedBy(signal: NodeJS.Signals, args: readonly string[]) {
  const env = { FASTSAM_HOME: folder };
  const run = fastsam(
    args.map((arg) => (arg === 'URL' ? url : arg)),
    {
      cwd: folder,
      env,
      watch: (child) => void once(server, 'request').then(() => child.kill(signal)),
    },
  );
  return run;
}

describe('a command that waits for its model ends', () => {
  const commands: readonly (readonly string[])[] = [
    ['segment', COINS, '--model', 'URL', '--out', 'a'],
    ['track', COINS, '--model', 'URL', '--out', 'b'],
    ['export', 'URL', '--format', 'onnx'],
    ['val', 'data.yaml', '--model', 'URL'],
    ['convert', 'URL', 'x.safetensors'],
    ['info', 'URL'],
  ];
  test.each(commands.flatMap((args) => (['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, ...args])))(
    '%s: %s',
    async (signal, ...args) => {
      const { code, stderr } = await interruptedBy(signal as NodeJS.Signals, args);
      const expected = signal === 'SIGINT' ? 130 : 143;
      expect([expected, signal]).toContain(code); // a shell gives the number for the signal, too
      expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('fastsam: interrupted'))).toEqual([]);
    },
  );

  test('commands that clean up have the number itself', async () => {
    expect((await interruptedBy('SIGTERM', ['export', 'URL', '--format', 'onnx'])).code).toBe(143);
    expect((await interruptedBy('SIGINT', ['export', 'URL', '--format', 'onnx'])).code).toBe(130);
  });
});

describe('work that does not stop', () => {
  /** A program that takes the signal and goes on for ever. */
  async function start(code = 'setInterval(() => undefined, 1000);') {
    const program = `const { interruptSignal, runProgram } = await import('${RUN}');
      await runProgram(async () => { interruptSignal().onabort = () => console.log('first'); console.log('ready'); ${code} });`;
    const child = spawn(process.execPath, ['--import', TSX, '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child.stdout, 'data');
    return child;
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('a second %s ends it at once', async (signal) => {
    const child = await start();
    child.kill(signal);
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([null, signal]); // 130 or 143 to a shell
  });

  test('it is given up by itself, with a word', async () => {
    const child = await start();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
    expect(stderr).toBe('fastsam: interrupted; what hangs is left behind\n');
  });

  test.each([
    ["throw new DOMException('This operation was aborted', 'AbortError');", 130, 'fastsam: interrupted\n'],
    [
      "throw new RangeError('two\\nlines');",
      1,
      'fastsam: unexpected RangeError: two\\nlines; FASTSAM_DEBUG=1 shows where it comes from\n',
    ],
    [
      "setImmediate(() => { throw new TypeError('late'); });",
      1,
      'fastsam: unexpected TypeError: late; FASTSAM_DEBUG=1 shows where it comes from\n',
    ],
    [
      "void Promise.reject(Object.assign(new Error('x'), { code: 'EMFILE', path: '/a' }));",
      1,
      'fastsam: /a: EMFILE, too many open files; raise the limit (ulimit -n)\n',
    ],
    ["throw 'a text';", 1, 'fastsam: unexpected a text; FASTSAM_DEBUG=1 shows where it comes from\n'],
  ])('foreign errors are one line: %s', async (code, exit, line) => {
    const child = await start(code.replaceAll('\\', '\\\\'));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    expect(await once(child, 'close')).toEqual([exit, null]);
    expect(stderr).toBe(line);
  });
});
