#!/usr/bin/env node
/** The command `fastsam`. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { loadCommands } from './commands.js';
import { EXIT, runProgram } from './run.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('fastsam')
  .description(
    'FastSAM on TensorFlow.js: every object of a picture in one pass, then box and point prompts on the result.',
  )
  .version(version)
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
  await runProgram(program, process.argv);
}
