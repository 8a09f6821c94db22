/** `fastsam study`: the paper's experiments, each a command. */
import { Command } from 'commander';
import type { Study, StudyOptions } from '../studies/study.js';
import { executeStudy } from './study/execute.js';
import { studyCompareCommand } from './study/compare.js';
import { addCommonOptions, addStudyOptions, type CommonOptions } from './study/options.js';
import { STUDIES } from './study/registry.js';

/** The command with one subcommand a study. */
export function studyCommand(): Command {
  const command = new Command('study')
    .description("Repeat the paper's experiments on data of yours, and compare two runs.")
    .addHelpText(
      'after',
      `
A run writes records.jsonl (one line an image), summary.json, summary.md and cases.png (best and worst images).

Examples:
  $ fastsam study edges BSDS500 --model FastSAM-x
  $ fastsam study edges --help                        options, data layout
  $ fastsam study compare fastsam-out/edges-FastSAM-s fastsam-out/edges-FastSAM-x`,
    );
  for (const study of STUDIES) command.addCommand(oneStudy(study));
  command.addCommand(studyCompareCommand(STUDIES));
  for (const each of command.commands) each.exitOverride();
  return command;
}

function oneStudy(study: Study): Command {
  const command = new Command(study.name).description(study.summary).addHelpText('after', `\n${study.help}`);
  for (const { name, description } of study.arguments) command.argument(`<${name}>`, description);
  addStudyOptions(command, study);
  addCommonOptions(command, study);
  return command.action(async () => {
    await executeStudy(study, command.args, command.opts<CommonOptions & StudyOptions>());
  });
}
