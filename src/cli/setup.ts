/** `fastsam setup`: makes the native TensorFlow library work, or removes it. */
import { Command, Option } from 'commander';
import { FastSAMError } from '../errors.js';
import { nativeStatus } from '../platform/native/load.js';
import { setupNative, uninstallNative, type SetupProgress } from '../platform/native/setup.js';
import { print } from './output.js';
import { ProgressLine } from './progress.js';
import { interruptSignal, log } from './run.js';

interface SetupFlags {
  readonly cpu?: true;
  readonly gpu?: true;
  readonly from?: string;
  readonly mirror?: string;
  readonly nodedir?: string;
  readonly force?: true;
  readonly uninstall?: true;
  readonly printPath?: true;
}

const STEPS: Record<SetupProgress['step'], string> = {
  download: 'downloading',
  unpack: 'unpacking',
  compile: 'compiling',
  verify: 'verifying',
  link: 'linking',
  done: 'done',
};

/** The command, for the program to add. */
export function setupCommand(): Command {
  return new Command('setup')
    .description('Make the native TensorFlow library work (CPU, or NVIDIA GPU where its driver is installed).')
    .addOption(new Option('--cpu', 'the library for the CPU alone').conflicts('gpu'))
    .option('--gpu', 'the library with CUDA (2.5 GB to download, 4 GB on disk)')
    .option('--from <dir>', 'take the wheels from a folder instead of the network')
    .option('--mirror <url>', 'a package index with the "simple" interface, for example https://pypi.org/simple')
    .option('--nodedir <dir>', 'the folder that holds include/node/node_api.h')
    .option('--force', 'make it again, and replace a library that setup did not make')
    .option('--uninstall', 'remove the library from node_modules and from the cache')
    .option('--print-path', 'print the folder of the library in use and do nothing else')
    .addHelpText(
      'after',
      `
Examples:
  $ fastsam setup                             the library that fits this machine
  $ fastsam setup --cpu --from wheels/        from wheels that were downloaded before
  $ fastsam setup --uninstall`,
    )
    .action(async (flags: SetupFlags) => {
      if (flags.printPath) printPath();
      else if (flags.uninstall) await uninstall();
      else await setup(flags);
    });
}

async function setup(flags: SetupFlags): Promise<void> {
  const line = new ProgressLine();
  const begin = Date.now();
  const env = flags.nodedir === undefined ? process.env : { ...process.env, npm_config_nodedir: flags.nodedir };
  const variant = flags.gpu ? 'gpu' : flags.cpu ? 'cpu' : 'auto';
  try {
    const result = await setupNative({
      ...flags,
      variant,
      env,
      signal: interruptSignal(),
      onProgress: (progress) => {
        show(line, progress);
      },
    });
    line.clear();
    const where = result.gpu ? 'on the GPU' : 'on the CPU';
    const how = result.cached ? 'linked' : 'built and verified';
    log(`TensorFlow ${result.version} ${how} in ${((Date.now() - begin) / 1000).toFixed(1)} s; runs ${where}`);
    if (result.variant === 'gpu' && !result.gpu) log('no NVIDIA GPU is in use: check that nvidia-smi lists one');
  } finally {
    line.clear();
  }
}

function show(line: ProgressLine, { step, detail, done, total }: SetupProgress): void {
  const label = `${STEPS[step]} ${detail}`;
  if (done !== undefined) line.update(label, done, total, 'bytes');
  else if (process.stderr.isTTY) log(label);
}

async function uninstall(): Promise<void> {
  const removed = await uninstallNative();
  log(removed.length > 0 ? `removed from ${removed.join(' and ')}` : 'nothing to remove');
}

function printPath(): void {
  const { build, packageFolder, origin } = nativeStatus();
  const path = build ?? (origin === 'own' ? packageFolder : undefined);
  if (path === undefined)
    throw new FastSAMError('DEVICE_UNAVAILABLE', 'native library: none is set up; run fastsam setup');
  print(path);
}
