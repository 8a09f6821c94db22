import { afterEach, describe, expect, test } from 'vitest';
import { Contender, type ContenderSpec } from '../../../src/cli/bench/contender.js';
import { measure } from '../../../src/cli/bench/interleave.js';
import { decodeReply, encodeReply, type Task } from '../../../src/cli/bench/protocol.js';
import { startRow } from '../../../src/cli/bench/suite.js';

const TASK: Task = { kind: 'network', pixels: '', width: 32, height: 32 };
const EFFORT = { budget: 0, leastRounds: 4, mostRounds: 4 };

/** A worker that answers `add` with a fingerprint and counts its runs in place of milliseconds. */
function worker(fingerprint: readonly number[], extra = ''): ContenderSpec['command'] {
  const code = `
    const send = (reply) => process.stdout.write('\\u001e' + JSON.stringify(reply) + '\\n');
    let runs = 0;
    console.log('advice of a library');
    send({ ready: 'fake 1.0' });
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const request = JSON.parse(line);
      console.log('more of it');
      ${extra}
      if (request.do === 'add') send({ fingerprint: ${JSON.stringify(fingerprint)} });
      else send({ wall: ++runs, cpu: 10 * runs });
    });`;
  return [process.execPath, '-e', code];
}

const running: Contender[] = [];
async function start(label: string, command: ContenderSpec['command'], tolerance = 0.01): Promise<Contender> {
  const contender = await Contender.start({ label, command, tolerance });
  running.push(contender);
  return contender;
}
afterEach(() => {
  for (const contender of running.splice(0)) contender.stop();
});

describe('protocol', () => {
  test('tells messages from what else is printed', () => {
    expect(decodeReply(encodeReply({ ready: 'x' }).trimEnd())).toEqual({ ready: 'x' });
    expect(decodeReply('{"ready":"x"}')).toBeUndefined();
    expect(decodeReply('')).toBeUndefined();
  });
});

describe('measure', () => {
  test('takes turns and keeps every round but those of the warm-up', async () => {
    const contenders = [await start('a', worker([1, 2])), await start('b', worker([1, 2.001]))];
    const { measured, refused } = await measure(contenders, 'task', TASK, EFFORT);
    expect(refused).toEqual([]);
    expect(measured).toEqual([
      { label: 'a', description: 'fake 1.0', wall: [3, 4, 5, 6], cpu: [30, 40, 50, 60] },
      { label: 'b', description: 'fake 1.0', wall: [3, 4, 5, 6], cpu: [30, 40, 50, 60] },
    ]);
  });

  test('refuses who gives other results, and measures the rest', async () => {
    const contenders = [await start('a', worker([1, 2])), await start('wrong', worker([1, 3]))];
    const { measured, refused } = await measure(contenders, 'task', TASK, EFFORT);
    expect(measured.map(({ label }) => label)).toEqual(['a']);
    expect(refused).toEqual([{ label: 'wrong', reason: 'its results differ by 0.33 of 0.01' }]);
  });

  test('passes over who fails at the task', async () => {
    const failing = worker([1], "if (request.do === 'add') return send({ error: 'no such image' });");
    const contenders = [await start('a', failing), await start('b', worker([1]))];
    const { measured, refused } = await measure(contenders, 'task', TASK, EFFORT);
    expect(measured.map(({ label }) => label)).toEqual(['b']);
    expect(refused).toEqual([{ label: 'a', reason: 'no such image' }]);
  });
});

describe('Contender', () => {
  test('says why a process did not start', async () => {
    const dying = [process.execPath, '-e', "console.error('library missing'); process.exit(3)"];
    await expect(start('a', dying)).rejects.toThrow('its process ended with code 3: library missing');
    await expect(start('b', ['/no/such/program'])).rejects.toThrow('ENOENT');
  });

  test('says that a process ended during a task', async () => {
    const contender = await start('a', worker([1], 'process.exit(1);'));
    await expect(contender.add('task', TASK)).rejects.toThrow('its process ended with code 1');
    await expect(contender.run('task')).rejects.toThrow('its process ended with code 1');
  });
});

describe('startRow', () => {
  const first = (code: string) => [process.execPath, '-e', code];

  test('times the way to the first mask, and says who has none', async () => {
    const good = "process.stdout.write('\\u001e' + JSON.stringify({ cpu: 5, area: 1 }) + '\\n')";
    const specs: ContenderSpec[] = [
      { label: 'a', command: [], firstMask: first(good), tolerance: 0 },
      { label: 'b', command: [], firstMask: first("console.error('no device'); process.exit(1)"), tolerance: 0 },
    ];
    const row = await startRow('m', specs, 'image.jpg', 2);
    expect(row.measured).toMatchObject([{ label: 'a', cpu: [5, 5] }]);
    expect(row.measured[0].wall).toHaveLength(2);
    expect(row.refused).toEqual([{ label: 'b', reason: 'no device' }]);
  });
});
