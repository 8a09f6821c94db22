/** Advice of batches, called from code. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import type { Advice } from './trial.js';
import { parseShard } from '../../../src/batch/shard.js';
import { verifyBatch, writeBatch, type BatchOptions, type FoundImage } from '../../../src/entry/batch.js';
import { FastSAM, type OutputFormat } from '../../../src/index.js';
import { fastsam, fastsamHere } from '../../support/cli.js';
import { goldenPath } from '../../support/golden.js';
import { TRAINED } from '../../support/paths.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';

const folder = temporaryFolder();
const image = join(folder, 'scene0.png');
copyFileSync(goldenPath('val/images/val/scene0.png'), image);
const model = await FastSAM.load(TRAINED, { device: 'wasm' });

/** Answers with the image, later than some would wait. */
const slow = createServer((_, response) => {
  void sleep(600).then(() => response.end(readFileSync(image)));
});
await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/scene0.png`;

afterAll(() => {
  model.dispose();
  slow.closeAllConnections();
  slow.close();
});

/** Does a batch of one image; what its record has against it is thrown. */
async function batch(out: string, options: Partial<BatchOptions> = {}, input: string | FoundImage = image) {
  for await (const { error } of writeBatch(model, [input], { imgsz: 64, ...options, out: join(folder, out) })) {
    if (error) throw new Error(error.message);
  }
}

/** The same that lies in a folder. */
const below: FoundImage = { key: 'a/scene0.png', input: image };

/** Compares the files of a batch with its journal. */
async function verify(out: string) {
  for await (const line of verifyBatch(join(folder, out))) throw new Error(line);
}

/** Runs the command line here, in the folder; what it prints on failing is thrown. */
async function here(...args: string[]): Promise<void> {
  const { code, stderr } = await fastsamHere(args, folder);
  if (code !== 0) throw new Error(stderr);
}

const shard = (text: string, variables: Record<string, string> = {}) => parseShard(text, (name) => variables[name]);
const slurm = (id: number, min: number, max: number, count: number, step = 1) => ({
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_MIN: String(min),
  SLURM_ARRAY_TASK_MAX: String(max),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_STEP: String(step),
});

const SHARD = ['batch', 'scene0.png', '--out', 'again', '--shard', '1/1', '--imgsz', '64', '--device', 'wasm'];

/** A format of one file for all images, in a module. */
const module = join(folder, 'own.mjs');
writeFileSync(
  module,
  "export default { name: 'own', about: 'names', scope: 'run', ending: '.own', encode: () => '', merge: () => ['x'] };",
);
const { default: own } = (await import(/* @vite-ignore */ pathToFileURL(module).href)) as { default: OutputFormat };

export const BATCHES: Advice = {
  trials: [
    {
      advice: 'go on with --resume, start anew with --overwrite, or name another folder with --out',
      provoke: async () => {
        await batch('again');
        await batch('again');
      },
      follow: async () => {
        await batch('again', { resume: true });
        await batch('again', { overwrite: true });
        await batch('another');
      },
    },
    {
      advice: 'name an empty one with --out',
      provoke: () => {
        mkdirSync(join(folder, 'full'));
        writeFileSync(join(folder, 'full', 'thesis.txt'), 'mine');
        return batch('full');
      },
      follow: () => {
        mkdirSync(join(folder, 'empty'));
        return batch('empty');
      },
    },
    {
      advice: 'run the batch again with --resume',
      provoke: async () => {
        await batch('names');
        writeFileSync(join(folder, 'names', '.batch', 'images.jsonl'), '7\n');
        await verify('names');
      },
      follow: async () => {
        await batch('names', { resume: true });
        await verify('names');
      },
    },
    {
      advice: 'name another folder with --out, or start anew with --overwrite',
      provoke: async () => {
        await batch('conf', { conf: 0.3 });
        await batch('conf', { conf: 0.5, resume: true });
      },
      follow: async () => {
        await batch('conf2', { conf: 0.5, resume: true });
        await batch('conf', { conf: 0.5, overwrite: true });
      },
    },
    {
      advice: 'remove the link, or name another folder with --out',
      provoke: async () => {
        await batch('linked', {}, below);
        rmSync(join(folder, 'linked', 'a'), { recursive: true });
        mkdirSync(join(folder, 'far'));
        symlinkSync(join(folder, 'far'), join(folder, 'linked', 'a'));
        await batch('linked', { resume: true }, below);
      },
      follow: async () => {
        await batch('unlinked', { resume: true }, below);
        rmSync(join(folder, 'linked', 'a'));
        await batch('linked', { resume: true }, below);
      },
    },
    {
      advice: 'or auto, or auto/n',
      provoke: () => shard('4/3'),
      follow: () => [
        shard('3/16'),
        shard('auto', slurm(4, 4, 5, 2)),
        shard('auto/2', { JOB_COMPLETION_INDEX: '1' }), // of Kubernetes, which counts from 0
      ],
    },
    {
      advice: 'give i/n',
      provoke: () => shard('auto', slurm(7, 1, 7, 3)),
      follow: () => shard('3/3', slurm(7, 1, 7, 3)),
    },
    {
      advice: 'give auto/n',
      provoke: () => shard('auto', { JOB_COMPLETION_INDEX: '1' }),
      follow: () => shard('auto/2', { JOB_COMPLETION_INDEX: '1' }),
    },
    {
      advice: 'look whether the file can be read, or give it more time with --image-timeout (imageTimeout)',
      provoke: () => batch('slow', { imageTimeout: 0.2 }, address),
      follow: () => batch('slow', { imageTimeout: 60, resume: true, retryFailed: true }, address),
    },
    {
      advice: "leave the option out for ['json']",
      provoke: () => batch('formats', { formats: [] }),
      follow: () => batch('formats'),
    },
    {
      advice: 'give it with --format MODULE',
      provoke: async () => {
        await batch('own', { formats: [own] });
        await here('batch', 'merge', 'own');
      },
      follow: () => here('batch', 'merge', 'own', '--format', './own.mjs'),
    },
    {
      advice: 'delete the folder first',
      provoke: () => here(...SHARD, '--overwrite'),
      follow: async () => {
        rmSync(join(folder, 'again'), { recursive: true });
        const { code, stderr } = await fastsam(SHARD, { cwd: folder }); // its workers need a process of its own
        if (code !== 0) throw new Error(stderr);
      },
    },
  ],
  elsewhere: {
    'name the folder with --out to see what is missing there': 'cli/batch/queueFaults.test.ts',
    'put them in again by batch enqueue with --resume': 'cli/batch/queueFaults.test.ts',
  },
  untried: {
    'give other names': 'names are made safe before; only a record that somebody has changed has such a one',
    'let no other program clean the folder': 'another program would have to hit the moment between two calls',
    'passed over': 'a report of what was done',
    'can be killed at any moment and gone on with.': 'a description',
    'a line for each that is not.': 'a description',
    'takes the options of batch.': 'a description',
    'needs npm install bullmq ioredis\n  $ fastsam batch work --queue redis://host:6379 --until-empty           on each machine':
      'an example in the help',
    'npm install bullmq ioredis': 'the packages are installed here',
    'trying again': 'a report of what is done',
    'start it and run this again': 'needs a Redis that goes away and comes back',
    'set appendonly yes': 'a warning, which needs a Redis with that setting',
    'set noeviction': 'a warning, which needs a Redis with that setting',
    'give this machine the same paths, or enqueue again': 'needs a Redis and a second machine',
    'enqueue again': 'needs a Redis with jobs of a batch that was replaced',
    'work on it without --out': 'needs a Redis with jobs of another folder',
  },
};
