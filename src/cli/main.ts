#!/usr/bin/env node
/** The command `fastsam`. */
import { Command } from 'commander';
import { loadCommands } from './commands.js';
import { write } from './output.js';
import { EXIT, log, runProgram } from './run.js';
import { packageVersion } from './version.js';

await runProgram(makeProgram);

/** The program with the commands that the arguments need; undefined where there are none: the help is printed. */
async function makeProgram(): Promise<Command | undefined> {
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
  const commands = await loadCommands(process.argv.slice(2));
  for (const command of commands) program.addCommand(command);
  if (commands.length > 0) (await import('./allowedHashes.js')).addAllowedHashes(program);
  settle(program);
  if (process.argv.length > 2) return program;
  program.outputHelp();
  process.exitCode = EXIT.usage;
  return undefined;
}

/** Every command, not the program alone, throws on wrong usage instead of exiting with code 1, and says it in one line. */
function settle(command: Command): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => {
      write('stdout', text);
    },
    writeErr: (text) => {
      write('stderr', text);
    },
    outputError: (text) => {
      log(usageError(text, command));
    },
  });
  command.commands.forEach(settle);
}

/** Commander's message with our beginning; its proposal, which it puts on a line of its own, or where to look behind it. */
function usageError(text: string, command: Command): string {
  const whole = text.replace(/^error: /, '').trimEnd();
  const proposal = /\n\(D(id you mean [^\n]*\?)\)$/.exec(whole);
  if (proposal) return `fastsam: ${whole.slice(0, proposal.index)}; d${proposal[1]}`;
  if (!/^(unknown|missing|too many) /.test(whole)) return `fastsam: ${whole}`;
  return `fastsam: ${whole.replace(/\.$/, '')}; see ${nameOf(command)} --help`;
}

/** `fastsam batch merge`. */
function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}
