/** The process in which a group of formats is read: it tells of every case before and after it, and prints nothing. */
import { GROUPS } from './formats.js';
import { runCases, type CaseEnd } from './run.js';

/** What a process is to do. */
export interface ChildTask {
  readonly group: string;
  readonly format: string;
  readonly first: number;
  readonly count: number;
}

/** What it says: that a case begins, how it ended, that the task is done. */
export type ChildMessage = { readonly begins: number } | { readonly ended: CaseEnd } | { readonly done: true };

const maxPixels = Number(process.argv[2]);
const tell = (message: ChildMessage): void => void process.send?.(message);

process.on('message', (task: ChildTask) => {
  void run(task);
});

async function run({ group, format: name, ...range }: ChildTask): Promise<void> {
  const format = GROUPS[group](maxPixels).find((each) => each.name === name);
  if (!format) throw new Error(`no format ${name}`);
  const cases = runCases(format, range, (seed) => {
    tell({ begins: seed });
  });
  for await (const ended of cases) tell({ ended });
  tell({ done: true });
}
