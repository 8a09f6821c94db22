/** Streams that are closed or full, disks that take nothing: one line, no trace, and files are written all the same. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { repository, scene } from '../support/paths.js';
import { shell } from '../support/shell.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const isLinux = process.platform === 'linux';
const folder = temporaryFolder();
const COINS = scene('coins.png');
const SEGMENT = `fastsam segment '${COINS}' '${COINS}' --imgsz 64 --device wasm --format json`;
const SCENES = repository('test/golden/scenes');
const DATA = repository('test/golden/val/data.yaml');
const TINY = repository('test/golden/layers/tiny.safetensors');
const FULL = 'fastsam: cannot write standard output: ENOSPC, the disk is full; free some space or use another folder\n';

const written = (out: string): string[] => readdirSync(join(folder, out)).sort();

describe.skipIf(!isLinux)('standard output on a full disk', () => {
  test('is one line and exit code 1; the files are written', () => {
    const { code, stderr } = shell(`${SEGMENT} --json --out full > /dev/full`, folder);
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.includes('ENOSPC'))).toEqual([FULL.trimEnd()]);
    expect(written('full')).toEqual(['coins-2.json', 'coins.json']);
  });

  test.each([
    'fastsam info',
    'fastsam info --json',
    'fastsam --help',
    'fastsam segment --help',
    `fastsam info '${TINY}'`,
  ])('%s', (command) => {
    expect(shell(`${command} > /dev/full`, folder)).toEqual({ code: 1, stdout: '', stderr: FULL });
  });
});

describe('a reader that has gone', () => {
  test('is no error: the files are written', () => {
    const { code } = shell(`${SEGMENT} --json --out gone 2>&1 | head -c 1; exit \${PIPESTATUS[0]}`, folder);
    expect(code).toBe(0);
    expect(written('gone')).toEqual(['coins-2.json', 'coins.json']);
  });

  test('ends a run that only prints', () => {
    const run = shell(`fastsam info '${TINY}' | (exec <&-; sleep 1); exit \${PIPESTATUS[0]}`, folder);
    expect(run).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test.skipIf(!isLinux).each(['2> /dev/full', '2>&-', '1>&- 2>&-'])(
    'of standard error, or a full one: %s',
    (redirection) => {
      const out = `err${redirection.length}`;
      expect(shell(`${SEGMENT} --out ${out} ${redirection}`, folder).code).toBe(0);
      expect(written(out)).toEqual(['coins-2.json', 'coins.json']);
    },
  );
});

/** Commands that print, each of which does its work on small data. */
const PRINTING: readonly (readonly [string, string])[] = [
  ['info --json', `fastsam info '${TINY}' --json`],
  ['segment --json', `${SEGMENT} --json`],
  ['val', `fastsam val '${DATA}' --limit 1 --imgsz 64 --device wasm`],
  ['val --json', `fastsam val '${DATA}' --limit 1 --imgsz 64 --device wasm --json`],
  ['compare', `fastsam compare '${TINY}' '${TINY}'`],
  ['compare --json', `fastsam compare '${TINY}' '${TINY}' --json`],
  ['compare --script', 'fastsam compare --script'],
  ['study', `fastsam study proposals truth.json '${SCENES}' --imgsz 64 --device wasm --overwrite --out study`],
];

describe.skipIf(!isLinux)('every command that prints', () => {
  beforeAll(() => {
    const outline = [[100, 50, 300, 50, 300, 250, 100, 250]];
    const object = { id: 1, image_id: 1, category_id: 1, bbox: [100, 50, 200, 200], area: 40_000, iscrowd: 0 };
    const truth = {
      images: [{ id: 1, file_name: 'coins.png', width: 384, height: 303 }],
      annotations: [{ ...object, segmentation: outline }],
      categories: [{ id: 1, name: 'thing' }],
    };
    writeFileSync(join(folder, 'truth.json'), JSON.stringify(truth));
  });

  test.each(PRINTING)('%s: on a full disk it is one line and exit code 1', (_, command) => {
    const { code, stderr } = shell(`${command} > /dev/full`, folder);
    expect(stderr.split('\n').filter((line) => /ENOSPC|unexpected/.test(line))).toEqual([FULL.trimEnd()]);
    expect(code).toBe(1);
  });

  test.each(PRINTING)('%s: for a reader that leaves it is nothing', (_, command) => {
    const whole = shell(command, folder).code;
    const { code, stderr } = shell(`${command} | (exec <&-; sleep 1); exit \${PIPESTATUS[0]}`, folder);
    expect(stderr).not.toMatch(/EPIPE|unexpected/);
    expect(code).toBe(whole);
  });
});

describe('what the system refuses is one line', () => {
  test('an error of our own: how to see where it comes from', () => {
    // A module of the user's that throws what is no FastSAMError while the batch of options is read.
    writeFileSync(
      join(folder, 'bad.mjs'),
      "export default { get encode() { throw new RangeError('inside\\nout'); } };",
    );
    const { code, stderr } = shell(`${SEGMENT.replace('json', './bad.mjs')} --out bad`, folder);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(/^fastsam: .*\n$/);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe.skipIf(!isLinux)('an output folder that takes no file', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['that cannot be made', '/proc/none/below', /^fastsam: cannot write \/proc\/none\/below: E[A-Z]+, .*\n$/],
    ['that holds no files', '/proc', /^fastsam: cannot write \/proc: E[A-Z]+, .*\n$/],
    ['that is a file', '/dev/null', /^fastsam: \/dev\/null: the folder cannot be made \(a file is in the way\).*\n$/],
  ];
  test.each(cases)('%s: before the first picture', (_, out, message) => {
    const { code, stderr } = shell(`${SEGMENT} --out ${out}`, folder);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });

  test('a file system that is read-only is called so', ({ skip }) => {
    mkdirSync(join(folder, 'mount'));
    const mount = 'mount -t tmpfs -o ro none mount';
    skip(shell(`unshare -rm sh -c '${mount}'`, folder).code !== 0, 'no file system can be mounted here');
    const line = SEGMENT.replace('fastsam', '"$0"').replaceAll("'", '"');
    const inner = `${mount} && exec bash -c "$1"`;
    const run = shell(
      `export -f fastsam; unshare -rm bash -c '${inner}' x 'fastsam ${line.slice(4)} --out mount/a/b'`,
      folder,
    );
    expect(run.stderr).toMatch(
      /^fastsam: cannot write mount\/a\/b: EROFS, the file system is read-only; use another folder\n$/,
    );
  });
});

describe('"Written to"', () => {
  test('is not said where nothing was', () => {
    writeFileSync(join(folder, 'broken.png'), 'no image');
    const { code, stderr } = shell(`fastsam segment broken.png --imgsz 64 --device wasm --out nothing`, folder);
    expect(code).toBe(1);
    expect(stderr).not.toContain('Written to');
  });
});
