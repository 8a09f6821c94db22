/** Files and folders under temporary names: any length of name, whole or not at all, nothing stale. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodePlatform } from '../../src/platform/node.js';
import { nodeDisk } from '../../src/platform/nodeDisk.js';
import { writeFileAtomic } from '../../src/platform/tempFiles.js';
import { systemTemporary, temporaryName } from '../../src/platform/tempNames.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
const bytes = new Uint8Array([1, 2, 3]);
/** Number of a process that has ended. */
const ended = spawnSync(process.execPath, ['-e', '']).pid;
const host = hostname()
  .replace(/[^A-Za-z0-9]/g, '')
  .slice(0, 63);

let count = 0;
function fresh(): string {
  const path = join(folder, `${count++}`);
  mkdirSync(path);
  return path;
}

describe('names as long as the disk takes them', () => {
  const names: [string, string][] = [
    ['255 letters', `${'a'.repeat(251)}.bin`],
    ['82 Chinese characters', `${'图'.repeat(82)}.bin`],
    ['83 Chinese characters', `${'像'.repeat(83)}.png`],
    ['63 emoji', `${'🐕'.repeat(62)}.jsonl`],
    ['126 accents', `${'é'.repeat(125)}.txt`],
  ];
  test.each(names)('%s', async (_, name) => {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    const here = fresh();
    await writeFileAtomic(join(here, name), bytes);
    await nodeDisk.writePieces(join(here, name), ['a', 'b']);
    expect(readdirSync(here)).toEqual([name]);
    const staged = await nodeDisk.stageFolder(join(here, name.slice(1)));
    await writeFileAtomic(join(staged.temporary, name), bytes);
    await staged.commit();
    expect(readdirSync(join(here, name.slice(1)))).toEqual([name]);
  });
});

describe('what ended processes left', () => {
  const left = (pid: number, of = host) => `.fastsam-${of}-${pid}-0badf00d.tmp`;

  test('goes when the next one writes there, and nothing else does', async () => {
    const here = fresh();
    mkdirSync(join(here, left(ended)));
    writeFileSync(join(here, left(ended), '1.png'), '');
    writeFileSync(join(here, left(ended).replace('.tmp', '.old')), '');
    const others = [left(process.pid), left(ended, 'elsewhere'), '.fastsam-notes.tmp', '.a.tmp', 'b.txt'];
    for (const name of others) writeFileSync(join(here, name), '');
    await writeFileAtomic(join(here, 'c.txt'), bytes);
    expect(readdirSync(here).sort()).toEqual([...others, 'c.txt'].sort());
  });

  test.each(['makeFolder', 'stageFolder'] as const)('goes by %s, too', async (action) => {
    const here = fresh();
    writeFileSync(join(here, left(ended)), '');
    await nodeDisk[action](action === 'makeFolder' ? here : join(here, 'x'));
    expect(existsSync(join(here, left(ended)))).toBe(false);
  });

  test("in the system's folder for temporary files", () => {
    const stale = join(tmpdir(), `fastsam-${host}-${ended}-0badf00d`);
    mkdirSync(stale);
    writeFileSync(join(stale, 'graph'), '');
    const script = `await (await import('${new URL('../../src/platform/tempNames.ts', import.meta.url).href}')).systemTemporary();`;
    const { stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    expect(String(stderr)).toBe('');
    expect(existsSync(stale)).toBe(false);
  });

  test('names say whose they are', () => {
    expect(temporaryName()).toMatch(new RegExp(`^\\.fastsam-${host}-${process.pid}-[0-9a-f]{8}\\.tmp$`));
    expect(systemTemporary()).toContain(join(tmpdir(), `fastsam-${host}-${process.pid}-`));
    expect(temporaryName()).not.toBe(temporaryName());
  });
});

describe('folders', () => {
  const write = async (path: string, names: readonly string[]) => {
    const staged = await nodeDisk.stageFolder(path);
    for (const name of names) await writeFileAtomic(join(staged.temporary, name), bytes);
    expect(names.filter((name) => existsSync(join(path, name)))).toEqual([]);
    await staged.commit();
  };

  test('take the place of an earlier one, nothing of which stays', async () => {
    const path = join(fresh(), 'a-cutouts');
    await write(path, ['0.png', '1.png', '2.png']);
    await write(path, ['7.png']);
    expect(readdirSync(path)).toEqual(['7.png']);
    await write(path, []);
    expect(readdirSync(path)).toEqual([]);
    await write(path, ['000001-cutouts', '0.png']);
    await write(path, ['000002-cutouts']);
    expect(readdirSync(path)).toEqual(['000002-cutouts']);
  });

  test.each(['notes.txt', 'photo.png', '1'])("with files of the user's own are left alone: %s", async (name) => {
    const path = fresh();
    writeFileSync(join(path, name), 'mine');
    await expect(write(path, ['0.png'])).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringContaining(`it holds other files (${name} …)`) as string,
    });
    expect(readFileSync(join(path, name), 'utf8')).toBe('mine');
    expect(readdirSync(path)).toEqual([name]);
  });

  test('do not appear where they are given up, or where a file is in the way', async () => {
    const here = fresh();
    const staged = await nodeDisk.stageFolder(join(here, 'x'));
    await staged.discard();
    writeFileSync(join(here, 'y'), 'mine');
    await expect(write(join(here, 'y'), ['0.png'])).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(readdirSync(here)).toEqual(['y']);
  });

  test('and a kill in the middle: no part under the name, and the next run cleans', async () => {
    const here = fresh();
    const module = (name: string) => new URL(`../../src/platform/${name}`, import.meta.url).href;
    const script = `
      const { nodeDisk } = await import('${module('nodeDisk.ts')}');
      const { writeFileAtomic } = await import('${module('tempFiles.ts')}');
      const staged = await nodeDisk.stageFolder('${join(here, 'x')}');
      await writeFileAtomic(staged.temporary + '/0.png', new Uint8Array(9));
      process.kill(process.pid, 'SIGKILL');`;
    expect(spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]).signal).toBe(
      'SIGKILL',
    );
    expect(readdirSync(here)).toEqual([expect.stringMatching(/^\.fastsam-.*\.tmp$/)]);
    await nodePlatform.disk?.makeFolder(here);
    expect(readdirSync(here)).toEqual([]);
  });
});

test('a new file: the first one stays, whole, with nothing beside it', async () => {
  const here = fresh();
  const path = join(here, 'key');
  const texts = ['a', 'b', 'c'].map((text) => text.repeat(1000));
  await Promise.all(texts.map((text) => nodeDisk.writeNew(path, new TextEncoder().encode(text))));
  const first = readFileSync(path, 'utf8');
  expect(texts).toContain(first);
  await nodeDisk.writeNew(path, bytes);
  expect(readFileSync(path, 'utf8')).toBe(first);
  expect(readdirSync(here)).toEqual(['key']);
  await expect(nodeDisk.writeNew(join(path, 'x'), bytes)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
});

test('within a folder: by name, and with links followed', async () => {
  const here = fresh();
  mkdirSync(join(here, 'out', 'a'), { recursive: true });
  mkdirSync(join(here, 'other'));
  spawnSync('ln', ['-s', '../other', join(here, 'out', 'link')]);
  const out = join(here, 'out');
  const within = ['..x.json', '...', 'a/b/c.json', 'link/x.json'].map((name) =>
    nodeDisk.isWithin(out, join(out, name)),
  );
  expect(within).toEqual([true, true, true, true]);
  for (const name of ['..', '../x', 'a/../../x']) expect(nodeDisk.isWithin(out, join(out, name))).toBe(false);
  expect(await nodeDisk.isReallyWithin(out, join(out, 'a/new/x.json'))).toBe(true);
  expect(await nodeDisk.isReallyWithin(out, join(out, '..x'))).toBe(true);
  for (const name of ['link/x.json', 'link/new/x.json', '../x']) {
    expect(await nodeDisk.isReallyWithin(out, join(out, name))).toBe(false);
  }
  expect(await nodeDisk.isReallyWithin(out, join(out, 'link'))).toBe(true); // the link itself
});
