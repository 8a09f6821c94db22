/** `fastsam compare --script`. */
import { platform } from '../../platform/platform.js';
import { write } from '../output.js';

/** Prints the Python script that makes reference files, as the package has it. */
export async function printScript(): Promise<void> {
  const bytes = await platform().readFile(platform().packageFile('python/reference_layers.py'));
  write('stdout', new TextDecoder().decode(bytes));
}
