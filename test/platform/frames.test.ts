/** Threads that read and write frames, with Node in ffmpeg's place. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { feedFrames, readFrames } from '../../src/platform/frames/thread.js';
import type { FrameOutput, ReadFramesOptions } from '../../src/platform/programTypes.js';
import { childPrograms } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const OPTIONS: ReadFramesOptions = { frameBytes: 1000, ahead: 2, drop: false };

function node(script: string, options: Partial<ReadFramesOptions> = {}): FrameOutput {
  return readFrames(process.execPath, ['-e', script], { ...OPTIONS, ...options });
}

/** Numbers of the frames that come, each filled with its own. */
async function numbers(output: FrameOutput): Promise<number[]> {
  const seen: number[] = [];
  for (let frame = await output.next(); frame !== undefined; frame = await output.next()) {
    if (frame === 'late') throw new Error('late');
    expect(frame.data).toEqual(new Uint8Array(1000).fill(frame.count));
    seen.push(frame.count);
  }
  return seen;
}

/** Prints frames, and their times on descriptor 3. */
const PRINT = (count: number): string => `
  const fs = require('node:fs');
  for (let i = 0; i < ${count}; i++) {
    fs.writeSync(3, 'frame:' + i + ' pts:' + i * 40000 + '\\n');
    for (let part = 0; part < 1000; part += 250) fs.writeSync(1, Buffer.alloc(250, i));
  }
`;

afterEach(() => {
  expect(childPrograms('node')).toEqual([]);
});

describe('reading', () => {
  const folder = temporaryFolder();

  test('frames are cut, in order, to the last whole one; the end is told', async () => {
    const output = node(`${PRINT(60)} fs.writeSync(1, 'half'); console.error('a complaint'); process.exitCode = 3;`);
    expect(await numbers(output)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(await output.ended()).toEqual({ code: 3, complaints: ['a complaint'] });
    expect(await output.next()).toBeUndefined();
  });

  test('goes on while the event loop is held up', async () => {
    // Frames that no pipe holds: the program ends only if somebody reads them meanwhile.
    const written = join(folder, 'written');
    const program = `
      const fs = require('node:fs');
      for (let i = 0; i < 6; i++) {
        fs.writeSync(3, 'frame:' + i + ' pts:' + i * 40000 + '\\n');
        fs.writeSync(1, Buffer.alloc(400_000, i));
      }
      fs.writeFileSync(${JSON.stringify(written)}, '');
    `;
    const output = node(program, { ahead: 6, frameBytes: 400_000 });
    await output.next();
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let i = 0; i < 3000 && !existsSync(written); i++) Atomics.wait(pause, 0, 0, 10);
    expect(existsSync(written)).toBe(true);
    for (const count of [1, 2, 3, 4, 5]) expect(await output.next()).toMatchObject({ count, time: count * 0.04 });
    expect(await output.next()).toBeUndefined();
    await output.ended();
  });

  test('a program that is not there', async () => {
    const output = readFrames('/nonexistent/program', [], OPTIONS);
    expect(await output.next()).toBeUndefined();
    expect(await output.ended()).toMatchObject({ code: undefined });
  });

  test('a program that hangs is late, and ends when it is killed', async () => {
    const output = node('setInterval(() => undefined, 1000)', { timeout: 300 });
    expect(await Promise.all([output.next(), output.next()])).toEqual(['late', 'late']);
    const last = output.next();
    output.kill();
    expect(await last).toBeUndefined();
    expect(await output.ended()).toEqual({ code: -1, complaints: [] });
  });

  test('a thread that fails ends its program, in an error and not in silence', async () => {
    const output = node('setInterval(() => undefined, 1000)', { frameBytes: -1 });
    expect(await output.next()).toBeUndefined();
    const { code, complaints } = await output.ended();
    expect(code).toBe(1);
    expect(complaints.at(-1)).toMatch(/^its frames cannot be read: .*-1/);
  });
});

describe('writing', () => {
  const path = join(temporaryFolder(), 'frames');
  const copy = `process.stdin.pipe(require('node:fs').createWriteStream(${JSON.stringify(path)}))`;

  test('everything arrives in order, also when nobody waits between', async () => {
    const feed = feedFrames(process.execPath, ['-e', copy], 1000);
    const bytes = new Uint8Array(1000);
    const written: Promise<boolean>[] = [];
    for (let i = 0; i < 50; i++) {
      written.push(feed.write(new Uint8Array(1000).fill(i)));
      if (i % 10 === 0) expect(await written.at(-1)).toBe(true);
    }
    await Promise.all(written);
    for (let i = 50; i < 60; i++) expect(await feed.write(bytes.fill(i))).toBe(true); // it is copied
    feed.endInput();
    expect(await feed.ended()).toEqual({ code: 0, complaints: [] });
    const got = readFileSync(path);
    expect(got).toHaveLength(60_000);
    for (let i = 0; i < 60; i++) expect(got.subarray(i * 1000, (i + 1) * 1000)).toEqual(Buffer.alloc(1000, i));
  });

  test('a program that ends early: the writer is told', async () => {
    const feed = feedFrames(process.execPath, ['-e', "console.error('no'); process.exit(4)"], 1_000_000);
    let more = true;
    for (let i = 0; more && i < 1000; i++) more = await feed.write(new Uint8Array(1_000_000));
    expect(more).toBe(false);
    expect(await feed.ended()).toEqual({ code: 4, complaints: ['no'] });
    expect(await feed.write(new Uint8Array(1_000_000))).toBe(false);
  });
});
