/** `fastsam study`: the paper's experiments, each a command. */
import { Command } from 'commander';
import { checkStudy } from '../studies/checkStudy.js';
import type { Study } from '../studies/study.js';
import { isModulePath, lacksPath, loadFromModule, pathMissing } from './modules.js';
import { executeStudy } from './study/execute.js';
import { studyCompareCommand } from './study/compare.js';
import { addRunRows } from './study/options.js';
import { addRows, type CommandValues } from './rows.js';
import { STUDIES } from './study/registry.js';

const WANTED = { what: 'a study', property: 'summarise', check: checkStudy } as const;

/**
 * The command with one subcommand a study.
 * @param args the arguments of the command: where the first is the path of a module, its study is a subcommand, too.
 */
export async function studyCommand(args: readonly string[]): Promise<Command> {
  const command = new Command('study')
    .description("Repeat the paper's experiments on data of yours, and compare two runs.")
    .addHelpText(
      'after',
      `
A run writes records.jsonl (one line an image), summary.json, summary.md and cases.png (best and worst images).

Examples:
  $ fastsam study edges BSDS500 --model FastSAM-x
  $ fastsam study edges --help                        options, data layout
  $ fastsam study ./myStudy.mjs data                  a study of your own: docs/user/studies
  $ fastsam study edges BSDS500 --sweep conf=0.1:0.5:0.05 --sweep iou=0.7,0.9
  $ fastsam study edges BSDS500 --predictions maps --resamples 2000
  $ fastsam study compare fastsam-out/edges-FastSAM-s fastsam-out/edges-FastSAM-x`,
    );
  for (const study of STUDIES) command.addCommand(oneStudy(study));
  if (args.length > 0 && (isModulePath(args[0]) || lacksPath(args[0]))) {
    command.addCommand(await ownStudy(args[0]));
  }
  command.addCommand(studyCompareCommand(STUDIES, async (path) => (await loadFromModule<Study>(path, WANTED)).value));
  return command;
}

/** The study of a module; where there is none, a command that says so when it is called. */
async function ownStudy(path: string): Promise<Command> {
  try {
    if (lacksPath(path)) throw pathMissing(path);
    const { value, sha256 } = await loadFromModule<Study>(path, WANTED);
    return oneStudy(value, path, sha256);
  } catch (error) {
    return new Command(path)
      .argument('[args...]')
      .allowUnknownOption()
      .action(() => {
        throw error;
      });
  }
}

function oneStudy(study: Study, name = study.name, module?: string): Command {
  const command = new Command(name).description(study.summary).addHelpText('after', `\n${study.help}`);
  for (const each of study.arguments) command.argument(`<${each.name}>`, each.description);
  addRows(command, study.options);
  addRunRows(command, study);
  return command.action(async () => {
    await executeStudy(study, command.args, command.opts<CommandValues>(), module);
  });
}
