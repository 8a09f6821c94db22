/** `fastsam compare --script`. */
import { platform } from '../../platform/platform.js';

/** Prints the Python script that makes reference files, as the package has it. */
export async function printScript(): Promise<void> {
  const bytes = await platform().readFile(platform().packageFile('python/reference_layers.py'));
  process.stdout.write(new TextDecoder().decode(bytes));
}
