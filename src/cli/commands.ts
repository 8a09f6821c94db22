/** The commands of `fastsam`, in the order of its help. */
import type { Command } from 'commander';

type Loader = (args: readonly string[]) => Promise<Command>;

const COMMANDS: Readonly<Record<string, Loader>> = {
  segment: async () => (await import('./segment.js')).segmentCommand(),
  track: async () => (await import('./track.js')).trackCommand(),
  batch: async () => (await import('./batch.js')).batchCommand(),
  convert: async () => (await import('./convert.js')).convertCommand(),
  export: async () => (await import('./export.js')).exportCommand(),
  compare: async () => (await import('./compare.js')).compareCommand(),
  info: async () => (await import('./info.js')).infoCommand(),
  val: async () => (await import('./val.js')).valCommand(),
  bench: async () => (await import('./bench.js')).benchCommand(),
  study: async (args) => (await import('./study.js')).studyCommand(args),
  reproduce: async () => (await import('./reproduce.js')).reproduceCommand(),
  cache: async () => (await import('./cache.js')).cacheCommand(),
  setup: async () => (await import('./setup.js')).setupCommand(),
};

/**
 * The command that the arguments name, so that it starts without the code of the others; all of them where they name none
 * (help, a typing error). None for the version.
 */
export async function loadCommands(args: readonly string[]): Promise<Command[]> {
  const first = args.at(0) ?? '';
  if (first === '--version' || first === '-V') return [];
  await import('../node.js'); // registers the platform
  const chosen = Object.hasOwn(COMMANDS, first) ? [COMMANDS[first]] : Object.values(COMMANDS);
  return Promise.all(chosen.map((load) => load(args.slice(1))));
}
