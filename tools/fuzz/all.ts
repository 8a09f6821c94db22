/**
 * Feeds broken and hostile files of every format that is read to their readers: images, checkpoints, data sets, batches,
 * studies, queue jobs, prompts. Each must end in a result or a clear refusal.
 *
 *     npx tsx tools/fuzz/all.ts [--short] [--count 100000] [--seed 1] [--formats JPEG,ONNX] [--max-pixels 25000000]
 *
 * The count is spread over the formats; `--short` is 3,000. Prints a table and exits with 1 for any fault: another error
 * than a FastSAMError, a TypeError or RangeError under one, a control character in a message, a printed line (of native
 * code, too), a process that ended, a case of more than 10 s, more than 1.5 GB. A case is repeated by `--formats NAME
 * --seed K --count 1`.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { ChildMessage, ChildTask } from './child.js';
import { GROUPS } from './formats.js';
import { LIMITS, type CaseEnd } from './run.js';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    formats: { type: 'string' },
    'max-pixels': { type: 'string', default: '25000000' },
  },
});
const maxPixels = Number(values['max-pixels']);
const first = Number(values.seed);
const wanted = values.formats?.split(',');
/** A process that says nothing for so long hangs; the encoder of a large image takes long on a busy machine. */
const SILENCE_MS = 12 * LIMITS.ms;
const PROGRESS_MS = 5_000;

/** What became of a format's cases. */
class Tally {
  readonly faults: string[] = [];
  cases = 0;
  read = 0;
  memory = 0;
  slowest: CaseEnd | undefined;

  constructor(readonly name: string) {}

  add(end: CaseEnd): void {
    this.cases++;
    if (end.ending === 'read') this.read++;
    this.memory = Math.max(this.memory, end.memory);
    if (end.ms > (this.slowest?.ms ?? -1)) this.slowest = end;
    if (end.fault !== undefined) this.fault(end.seed, `${end.kind}: ${end.fault}`);
  }

  fault(seed: number, what: string): void {
    this.faults.push(`--formats '${this.name}' --seed ${seed} --count 1: ${what}`);
  }
}

/** The process of a group, started when it is needed and again after it ended. */
class Reader {
  #child: ChildProcess | undefined;

  /** Runs a task to its end, also where cases end or stop the process. */
  async run(task: ChildTask, tally: Tally): Promise<void> {
    for (let next = task.first; next < task.first + task.count;) {
      const last = await this.#part({ ...task, first: next, count: task.first + task.count - next }, tally);
      next = last + 1;
    }
  }

  /** @returns the seed of the last case that was begun. */
  #part(task: ChildTask, tally: Tally): Promise<number> {
    const child = (this.#child ??= start());
    let seed = task.first;
    let hangs = false;
    return new Promise((resolve) => {
      const kill = (): void => {
        hangs = true;
        child.kill('SIGKILL');
      };
      let silence = setTimeout(kill, SILENCE_MS);
      const onText = (text: Buffer): void => {
        tally.fault(seed, `printed ${JSON.stringify(String(text).slice(0, 500))} (this case, or one of the last)`);
      };
      const end = (): void => {
        clearTimeout(silence);
        child.off('message', onMessage).off('exit', onExit);
        for (const stream of [child.stdout, child.stderr]) stream?.off('data', onText);
        resolve(seed);
      };
      const onMessage = (message: ChildMessage): void => {
        clearTimeout(silence);
        silence = setTimeout(kill, SILENCE_MS);
        if ('begins' in message) seed = message.begins;
        else if ('ended' in message) tally.add(message.ended);
        else end();
      };
      const onExit = (code: number | null, signal: string | null): void => {
        this.#child = undefined;
        tally.fault(seed, hangs ? `no end in ${SILENCE_MS / 1000} s` : `ended the process (${code ?? signal})`);
        end();
      };
      child.on('message', onMessage).on('exit', onExit);
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', onText);
      child.send(task);
    });
  }

  close(): void {
    this.#child?.removeAllListeners('exit').kill();
  }
}

function start(): ChildProcess {
  const path = new URL('child.ts', import.meta.url);
  return fork(path, [String(maxPixels)], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
}

const chosen = Object.entries(GROUPS).flatMap(([group, formats]) =>
  formats(maxPixels)
    .map(({ name }) => ({ group, name }))
    .filter(({ name }) => wanted?.includes(name) ?? true),
);
if (chosen.length === 0) throw new Error(`no such format: ${values.formats ?? ''}`);
const total = Number(values.count ?? (values.short ? 3_000 : 100_000));
const share = Math.ceil(total / chosen.length);
const tallies: Tally[] = [];
const began = performance.now();
let shown = began;

for (const group of Object.keys(GROUPS)) {
  const reader = new Reader();
  for (const { name } of chosen.filter((each) => each.group === group)) {
    const tally = new Tally(name);
    tallies.push(tally);
    const watch = setInterval(() => {
      if (performance.now() - shown < PROGRESS_MS) return;
      shown = performance.now();
      process.stderr.write(`${name}: ${tally.cases} of ${share}\n`);
    }, 1_000);
    await reader.run({ group, format: name, first, count: share }, tally);
    clearInterval(watch);
  }
  reader.close();
}

const seconds = (performance.now() - began) / 1000;
console.log(`${'format'.padEnd(18)}   cases    read refused  slowest (seed)    memory`);
for (const { name, cases, read, slowest, memory } of tallies) {
  const cells = [cases, read, cases - read].map((each) => String(each).padStart(7));
  const slow = slowest && `${slowest.ms.toFixed(0)} ms (${slowest.seed})`.padStart(16);
  console.log(`${name.padEnd(18)} ${cells.join(' ')} ${slow ?? ''} ${(memory / 1e6).toFixed(0).padStart(6)} MB`);
}
const faults = tallies.flatMap((tally) => tally.faults);
for (const fault of faults.slice(0, 50)) console.log(`FAULT ${fault}`);
const cases = tallies.reduce((sum, tally) => sum + tally.cases, 0);
const memory = Math.max(...tallies.map((tally) => tally.memory)) / 1e6;
console.log(`${cases} cases in ${seconds.toFixed(0)} s, at most ${memory.toFixed(0)} MB; faults: ${faults.length}`);
process.exitCode = faults.length > 0 ? 1 : 0;
