/** `fastsam cache`, and `--allow-sha256`. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fastsam } from '../support/cli.js';
import { FileServer } from '../support/fileServer.js';
import { TRAINED } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const bytes = readFileSync(TRAINED);
const hash = createHash('sha256').update(bytes).digest('hex');
const folder = temporaryFolder();
const server = new FileServer(bytes);
const env = { FASTSAM_HOME: folder };

beforeAll(() => server.start());
afterAll(() => server.stop());

describe('fastsam cache', () => {
  test('lists what was downloaded, and removes it by name and as a whole', async () => {
    expect(await fastsam(['cache'], { env })).toMatchObject({ code: 0, stdout: `nothing is kept in ${folder}\n` });
    expect((await fastsam(['info', `${server.url}?key=secret-key`], { env })).code).toBe(0);
    copyFileSync(TRAINED, join(folder, 'FastSAM-x.pt'));
    // What is no download stays, whatever is cleared.
    mkdirSync(join(folder, 'native'));
    const size = `${(bytes.length / 1e6).toFixed(1)} MB`;

    const { stdout } = await fastsam(['cache'], { env });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual([
      `${size.padStart(9)}  FastSAM-x.pt  ${join(folder, 'FastSAM-x.pt')}`,
      `${size.padStart(9)}  file.pt  ${server.url}?key=…`,
    ]);
    expect(lines[2]).toBe(`${((2 * bytes.length) / 1e6).toFixed(1)} MB in ${folder}`);

    const unknown = await fastsam(['cache', '--clear', 'FastSAM-q'], { env });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("got 'FastSAM-q', expected a name of what is kept (FastSAM-x.pt, file.pt)");
    expect((await fastsam(['cache', 'file.pt'], { env })).stderr).toContain('expected both or neither');

    const one = await fastsam(['cache', '--clear', 'fastsam-x', '--json'], { env });
    expect(JSON.parse(one.stdout)).toMatchObject({ removed: [{ name: 'FastSAM-x.pt' }], bytes: bytes.length });
    expect(existsSync(join(folder, 'FastSAM-x.pt'))).toBe(false);
    expect((await fastsam(['cache', '--clear'], { env })).stderr).toContain(`removed ${size}`);
    expect(readdirSync(join(folder, 'urls'))).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['native', 'urls']);
  });
});

describe('--allow-sha256', () => {
  const mirror = { ...env, FASTSAM_WEIGHTS_DIR: '', FASTSAM_WEIGHTS_URL: '' };
  beforeAll(() => {
    mirror.FASTSAM_WEIGHTS_URL = server.origin;
  });

  test('takes the copy whose hash the message printed, before or behind the command', async () => {
    const refused = await fastsam(['info', 'FastSAM-s'], { env: mirror });
    expect(refused.code).toBe(1);
    const said = /--allow-sha256 ([0-9a-f]{64})/.exec(refused.stderr)?.[1] ?? '';
    expect(said).toBe(hash);
    expect((await fastsam(['info', 'FastSAM-s', '--allow-sha256', said], { env: mirror })).stdout).toMatch(
      /^FastSAM-s: /,
    );
    expect((await fastsam(['--allow-sha256', said, 'info', 'FastSAM-s'], { env: mirror })).code).toBe(0);
  });

  test('must be a hash', async () => {
    const { code, stderr } = await fastsam(['info', 'FastSAM-s', '--allow-sha256', 'abc'], { env: mirror });
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected 64 hexadecimal digits') as string]);
  });
});
