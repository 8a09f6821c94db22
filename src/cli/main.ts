#!/usr/bin/env node
/** The command `fastsam`. */
import { Command } from 'commander';
import { loadCommands } from './commands.js';
import { EXIT, runCommands } from './run.js';
import { packageVersion } from './version.js';

const program = new Command('fastsam')
  .description(
    'FastSAM on TensorFlow.js: every object of an image in one pass, then box and point prompts on the result.',
  )
  .version(packageVersion())
  .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    `
Examples:
  $ fastsam segment dogs.jpg                              every object, drawn into fastsam-out/dogs.png
  $ fastsam segment dogs.jpg --point 520,360 --json       the object at a point, as one line of JSON
  $ fastsam info                                          what can run here
  $ fastsam segment --help                                all options of a command`,
  );

for (const command of await loadCommands(process.argv.slice(2))) program.addCommand(command);
// Every command, not the program alone, throws instead of exiting with code 1 on wrong usage.
for (const command of [program, ...program.commands]) command.exitOverride();
if (process.argv.length <= 2) {
  program.outputHelp();
  process.exitCode = EXIT.usage;
} else {
  await runCommands(program, process.argv);
}
