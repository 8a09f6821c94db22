/** Advice of the command line. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Advice } from './trial.js';
import { listImages } from '../../../src/cli/batch/list.js';
import type { CommandValues } from '../../../src/cli/rows.js';
import { addTextRows, textPrompts } from '../../../src/cli/textPrompt.js';
import { trackOutputs } from '../../../src/cli/track/files.js';
import { openFrames } from '../../../src/cli/track/frameSource.js';
import { formatNamed } from '../../../src/formats/list.js';
import { readSafetensors, writeSafetensors } from '../../../src/index.js';
import { fastsamHere } from '../../support/cli.js';
import { goldenPath } from '../../support/golden.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';

const folder = temporaryFolder();
for (const inside of ['.', 'photos', 'more']) {
  mkdirSync(join(folder, inside), { recursive: true });
  copyFileSync(goldenPath('val/images/val/scene0.png'), join(folder, inside, 'scene0.png'));
}
writeFileSync(join(folder, 'empty.txt'), '# none\n');
writeFileSync(join(folder, 'list.txt'), 'scene0.png\n');
const path = (name: string) => join(folder, name);

/** Runs the command line here, in the folder; what it prints on failing is thrown. */
async function run(...args: string[]): Promise<void> {
  const { code, stderr } = await fastsamHere(args, folder);
  if (code !== 0) throw new Error(stderr);
}

const [png, mot] = ['png', 'mot'].map(formatNamed);
const SMALL = ['--imgsz', '64', '--device', 'wasm'];
const { signal } = new AbortController();
const writeReference = () => run('compare', 'demo', 'scene0.png', '--write', 'ours.safetensors', ...SMALL);

/** Makes a reference of it whose layer no network has. */
function renameLayers(): void {
  const { tensors, metadata } = readSafetensors(readFileSync(path('ours.safetensors')));
  const [layer] = JSON.parse(metadata.layers) as { name: string }[];
  const all = new Map(tensors);
  const output = tensors.get(layer.name);
  if (output) all.set('elsewhere', output);
  const layers = JSON.stringify([{ ...layer, name: 'elsewhere' }]);
  writeFileSync(path('theirs.safetensors'), writeSafetensors(all, { layers }));
}

const texts = (...args: string[]) => {
  const command = addTextRows(new Command().exitOverride());
  return textPrompts(command.parse(args, { from: 'user' }).opts<CommandValues>(), undefined, undefined);
};
const track = (out: string, file: string) =>
  trackOutputs('clip', { out, mot: file, json: false, video: true }, [png, mot], true);

export const FILES: Advice = {
  trials: [
    {
      advice: 'name it, as in: fastsam compare demo --reference FILE',
      provoke: () => run('compare'),
      follow: async () => {
        await writeReference();
        await run('compare', 'demo', '--reference', 'ours.safetensors', '--device', 'wasm');
      },
    },
    {
      advice: 'add --write FILE to write what is computed of it',
      provoke: () => run('compare', 'demo', 'scene0.png', '--device', 'wasm'),
      follow: writeReference,
    },
    {
      advice: 'use the reference of this checkpoint',
      provoke: async () => {
        await writeReference();
        renameLayers();
        await run('compare', 'demo', '--reference', 'theirs.safetensors', '--device', 'wasm');
      },
      follow: async () => {
        await run('compare', 'demo', '--reference', 'ours.safetensors', '--device', 'wasm');
      },
    },
    {
      advice: 'other formats: fastsam export {} --format onnx, saved_model, tfjs or tfjs_graph',
      provoke: () => run('convert', 'demo', 'demo.onnx'),
      follow: async () => {
        await run('convert', 'demo', 'demo.safetensors');
        for (const format of ['onnx', 'saved_model', 'tfjs', 'tfjs_graph']) {
          await run('export', 'demo', '--format', format, '--imgsz', '64', '--out', 'exported');
        }
      },
    },
    {
      advice: 'd{}',
      provoke: () => run('segmant', 'scene0.png', '--out', 'near', ...SMALL), // did you mean segment?
      follow: () => run('segment', 'scene0.png', '--out', 'near', ...SMALL),
    },
    {
      advice: 'see {} --help',
      provoke: () => run('segment', 'scene0.png', '--zzz'),
      follow: () => run('segment', '--help'),
    },
    {
      advice: 'name another folder with --out',
      provoke: () => run('segment', 'scene0.png', '--out', '.', ...SMALL),
      follow: () => run('segment', 'scene0.png', '--out', 'drawn', ...SMALL),
    },
    {
      advice: 'write one source a line',
      provoke: () => run('segment', 'empty.txt', '--out', 'listed', ...SMALL),
      follow: () => run('segment', 'list.txt', '--out', 'listed', ...SMALL),
    },
    {
      advice: 'give one',
      provoke: () => texts('--top-k', '2'),
      follow: () => texts('--top-k', '2', '--text', 'a dog'),
    },
    {
      advice: 'see: fastsam info',
      provoke: () => run('bench', '--device', 'wasm', '--precision', 'bf16'),
      follow: () => run('info'),
    },
    {
      advice: 'name another folder with --out, or other sources',
      provoke: () => listImages([path('photos')], path('photos'), signal),
      follow: async () => {
        await listImages([path('photos')], path('out'), signal);
        await listImages([path('more')], path('photos'), signal);
      },
    },
    {
      advice: 'check the path',
      provoke: () => listImages([path('fotos')], path('out'), signal),
      follow: () => listImages([path('photos')], path('out'), signal),
    },
    {
      advice: 'name another path with --out or --mot',
      provoke: () => track('a.mp4', './a.mp4'),
      follow: () => [track('b.mp4', './a.mp4'), track('a.mp4', './a.txt')],
    },
    {
      advice: 'use --max-frames',
      provoke: () => openFrames(path('photos'), { start: 0, end: 1 }, signal),
      follow: () => openFrames(path('photos'), { maxFrames: 1 }, signal),
    },
  ],
  elsewhere: {
    'check --start and --end': 'cli/track.test.ts',
    'track one at a time': 'cli/track.test.ts',
  },
  untried: {
    'fastsam track takes videos': 'a description of another command, whose tests need ffmpeg',
    'an image file to JSON; peak memory; process start to first mask. The contenders take turns.': 'a description',
    'write such references.': 'a description',
    'with --write, the image': 'a description',
    'docs/user/compare.md': 'an example in the help',
    'without one, list devices and models.': 'a description',
    'more: fastsam info {}': 'a line of a list',
    'use Node.js 22.18 or newer, or compile it to .mjs': 'needs another Node.js',
    'write it without enum, namespace and parameter properties, or compile it to .mjs':
      'the loader of the tests runs all TypeScript',
    'move it, or compile it to .mjs': 'the loader of the tests runs all TypeScript',
    'default: the examples of the package': 'a description',
    'what hangs is left behind': 'a report',
    'FASTSAM_DEBUG=1 shows where it comes from': 'needs an error that nobody foresaw',
    'FastSAM-s does far better: add --model FastSAM-s (24 MB download).': 'a hint whose model has to be downloaded',
    'runs {}': 'a report',
    'run fastsam setup': 'downloads a library',
    'the {} before {} kept': 'a report',
    'name another point or box, or begin elsewhere with --start': 'which point hits depends on the model',
    percent: 'a unit',
    'furthest: {}': 'a report',
  },
};
