import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileError } from '../../src/platform/fileErrors.js';
import { nodePlatform } from '../../src/platform/node.js';
import { cacheFolder, readFile, stat } from '../../src/platform/nodeFiles.js';
import { openPartial } from '../../src/platform/nodePartial.js';
import { writeFileAtomic } from '../../src/platform/tempFiles.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fastsam-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const bytes = (...values: number[]) => new Uint8Array(values);

describe('writeFileAtomic', () => {
  test('writes, replaces, and leaves nothing else', async () => {
    const path = join(folder, 'a.bin');
    await writeFileAtomic(path, bytes(1, 2));
    await writeFileAtomic(path, bytes(3));
    expect([...readFileSync(path)]).toEqual([3]);
    expect(readdirSync(folder)).toEqual(['a.bin']);
  });

  test('makes the folders of its path', async () => {
    const path = join(folder, 'new', 'and newer', 'a.bin');
    await writeFileAtomic(path, bytes(1));
    expect([...readFileSync(path)]).toEqual([1]);
  });

  test.each([
    ['a file in the place of a folder', 'file/a.bin', /file: the folder cannot be made \(a file is in the way\)/],
    ['deeper', 'file/b/c/a.bin', /the folder cannot be made \(a file is in the way\)/],
    ['a name that no disk takes', 'n'.repeat(256), /ENAMETOOLONG, the name is too long/],
    ['such a folder', `${'n'.repeat(256)}/a`, /ENAMETOOLONG, the name is too long/],
  ])('says what is in the way: %s', async (_, name, message) => {
    writeFileSync(join(folder, 'file'), '');
    await expect(writeFileAtomic(join(folder, name), bytes(1))).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringMatching(message) as string,
    });
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('leaves the old content and no temporary file when it fails', async () => {
    // A folder of that name cannot be replaced by a file.
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'inside'), { recursive: true });
    await expect(writeFileAtomic(path, bytes(1))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(existsSync(join(path, 'inside'))).toBe(true);
  });

  test('takes no listeners along', async () => {
    const before = process.listenerCount('SIGINT');
    await Promise.all([1, 2, 3].map((i) => writeFileAtomic(join(folder, `${i}`), bytes(i))));
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  /** A process that is interrupted while it writes 64 MB in many steps; resolves to how it ended. */
  function interrupted(signal: string, before: string): Promise<unknown> {
    const module = new URL('../../src/platform/tempFiles.ts', import.meta.url).href;
    const script = `
      const { readdirSync } = await import('node:fs');
      const { writeFileAtomic } = await import('${module}');
      ${before}
      const interrupt = () => {
        if (readdirSync('${folder}').length > 0) process.kill(process.pid, '${signal}');
        else setImmediate(interrupt);
      };
      interrupt();
      await writeFileAtomic('${join(folder, 'big')}', new Uint8Array(2 ** 26));`;
    const options = ['--import', 'tsx', '--input-type=module', '-e', script];
    const child = spawn(process.execPath, options, { stdio: 'inherit' });
    return new Promise((resolve) =>
      child.on('close', (code, by) => {
        resolve(by ?? code);
      }),
    );
  }

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'removes its temporary file on %s and lets the process end',
    async (signal) => {
      expect(await interrupted(signal, '')).toBe(signal);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test('finishes when a program that handles the signal goes on', async () => {
    expect(await interrupted('SIGINT', "process.on('SIGINT', () => undefined);")).toBe(0);
    expect(readdirSync(folder)).toEqual(['big']);
  });

  test('removes its temporary file when a program that handles the signal exits', async () => {
    expect(await interrupted('SIGINT', "process.on('SIGINT', () => process.exit(130));")).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('readFile and stat', () => {
  test('tell files, folders and nothing apart', async () => {
    writeFileSync(join(folder, 'a'), 'abc');
    const { mtimeMs: modified } = statSync(join(folder, 'a'));
    expect(await stat(join(folder, 'a'))).toEqual({ kind: 'file', size: 3, modified });
    expect(await stat(folder)).toMatchObject({ kind: 'folder' });
    expect(await stat(join(folder, 'b'))).toBeUndefined();
    expect(await stat(join(folder, 'a', 'b'))).toBeUndefined();
    expect(Buffer.from(await readFile(join(folder, 'a'))).toString()).toBe('abc');
    await expect(readFile(folder)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: `cannot read ${folder}: EISDIR, it is a folder; name a file`,
    });
  });
});

describe('fileError', () => {
  test.each([
    ['EACCES', /permission denied/],
    ['ENOSPC', /the disk is full; free some space/],
    ['EROFS', /read-only/],
    ['EIO', /EIO, the device or network disk failed; try again/],
  ])('%s', (code, message) => {
    const error = fileError('write', '/x', Object.assign(new Error(`${code}: i/o error`), { code }));
    expect(error.code).toBe('WRITE_FAILED');
    expect(error.message).toMatch(message);
  });
});

describe('cacheFolder', () => {
  test.each([
    [{ FASTSAM_HOME: '/a', XDG_CACHE_HOME: '/b' }, 'linux', '/a'],
    [{ XDG_CACHE_HOME: '/b' }, 'linux', '/b/fastsam-tfjs'],
    [{}, 'linux', join(homedir(), '.cache/fastsam-tfjs')],
    [{}, 'darwin', join(homedir(), 'Library/Caches/fastsam-tfjs')],
    [{ LOCALAPPDATA: '/local' }, 'win32', '/local/fastsam-tfjs'],
  ] as const)('%j on %s', (env, system, want) => {
    expect(cacheFolder(env, system)).toBe(want);
  });
});

describe('packageFile', () => {
  test('starts at the root of the package', () => {
    expect(JSON.parse(readFileSync(nodePlatform.packageFile('package.json'), 'utf8'))).toMatchObject({
      name: 'fastsam-tfjs',
    });
  });
});

describe('openPartial', () => {
  const attempt = (name: string, data: Uint8Array, validator?: string) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'data'), data);
    if (validator !== undefined) writeFileSync(join(folder, name, 'meta.json'), JSON.stringify({ validator }));
  };

  test('takes over the longest abandoned attempt, and clears the others away at the end', async () => {
    attempt('f.free-0-00000001.part', bytes(1), '"a"');
    attempt('f.free-0-00000002.part', bytes(1, 2), '"b"');
    const partial = await openPartial(join(folder, 'f'));
    expect([partial.length, partial.validator]).toEqual([2, '"b"']);
    await partial.append(bytes(3));
    await partial.commit();
    expect(readdirSync(folder)).toEqual(['f']);
    expect([...readFileSync(join(folder, 'f'))]).toEqual([1, 2, 3]);
  });

  test('leaves alone what a living process or another machine works on, until it is old', async () => {
    attempt(`f.elsewhere-${process.pid}-00000001.part`, bytes(1, 2, 3));
    const first = await openPartial(join(folder, 'f'));
    const second = await openPartial(join(folder, 'f'));
    expect([first.length, second.length]).toEqual([0, 0]);
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(join(folder, `f.elsewhere-${process.pid}-00000001.part`, 'data'), anHourAgo, anHourAgo);
    const third = await openPartial(join(folder, 'f'));
    expect(third.length).toBe(3);
    await Promise.all([first.discard(), second.discard(), third.discard()]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('does not touch other files with a similar name', async () => {
    attempt('f.free-0-zzz.part', bytes(1));
    attempt('g.free-0-00000001.part', bytes(1));
    const partial = await openPartial(join(folder, 'f'));
    expect(partial.length).toBe(0);
    await partial.append(bytes(9));
    await partial.commit();
    expect(readdirSync(folder).sort()).toEqual(['f', 'f.free-0-zzz.part', 'g.free-0-00000001.part']);
  });

  test.each(['', '{', '[]', '{"validator":5}'])('survives the note %j of a validator', async (note) => {
    attempt('f.free-0-00000001.part', bytes(1, 2));
    writeFileSync(join(folder, 'f.free-0-00000001.part', 'meta.json'), note);
    const partial = await openPartial(join(folder, 'f'));
    expect([partial.length, partial.validator]).toEqual([2, undefined]);
    await partial.discard();
  });

  test('restarts empty', async () => {
    const partial = await openPartial(join(folder, 'f'));
    await partial.append(bytes(1, 2, 3));
    await partial.restart('"x"');
    await partial.append(bytes(4));
    expect([...(await partial.bytes())]).toEqual([4]);
    await partial.keep();
    const next = await openPartial(join(folder, 'f'));
    expect([next.length, next.validator]).toEqual([1, '"x"']);
    await next.discard();
  });
});

test('bytes that leave the platform copy on slice, unlike a Buffer', async () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'abc');
  const png = await nodePlatform.encodePng(bytes(1, 2, 3), 1, 1);
  const { data } = await nodePlatform.decodeImage(png);
  for (const left of [await readFile(path), png, data]) {
    expect(Object.getPrototypeOf(left)).toBe(Uint8Array.prototype);
  }
});
