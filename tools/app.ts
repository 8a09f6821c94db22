/**
 * The app in `app/`: its own tools are installed there the first time, so that `npm ci` of the package does not grow.
 *
 *   npm run app                    the dev server
 *   npm run app:build              dist-app/: a folder that any web server can show, whole by itself
 *   npx tsx tools/app.ts package   dist-app/ as it ships in the package, beside weights/ and wasm/
 *   npm run app:test               builds it, and tests it in Chromium; further words go to Playwright
 *   npm run app:figures            builds it, and measures it
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { WASM_BINARIES } from '../src/runtime/choices.js';
import { repository } from './support.js';

const APP = join(repository, 'app');
const MODES = ['dev', 'build', 'package', 'test', 'figures', 'check'] as const;

function run(command: string, args: readonly string[], env = {}): void {
  const { status } = spawnSync(command, args, { cwd: APP, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

/** Does something once for each content of a file. */
function once(stamp: string, of: string, make: () => void): void {
  const hash = createHash('sha256').update(readFileSync(of)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  make();
  writeFileSync(stamp, hash);
}

once(join(APP, 'node_modules/.installed'), join(APP, 'package-lock.json'), () => {
  run('npm', ['ci']);
});

/** The package has them where bundlers look; in a checkout they come from TensorFlow.js. */
const binaries = dirname(
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm'),
);
await mkdir(join(repository, 'wasm'), { recursive: true });
for (const name of WASM_BINARIES) await copyFile(join(binaries, name), join(repository, 'wasm', name));

once(join(APP, 'generated/.made'), join(repository, 'weights/demo.safetensors'), () => {
  run('npx', ['tsx', 'scripts/samples.ts']);
});

const [mode = 'dev', ...rest] = process.argv.slice(2);
switch (mode as (typeof MODES)[number]) {
  case 'dev':
    run('npx', ['vite', ...rest]);
    break;
  case 'build':
    run('npx', ['vite', 'build', ...rest]);
    break;
  case 'package':
    run('npx', ['vite', 'build', '--mode', 'package', ...rest]);
    break;
  case 'check':
    run('npx', ['tsc', '--noEmit', '-p', '.']);
    run('npx', ['tsc', '--noEmit', '-p', 'sw']);
    run('npx', ['eslint', '--max-warnings', '0', '.']);
    run('npx', ['prettier', '--check', '.']);
    break;
  case 'test':
    run('npx', ['vite', 'build']);
    // And as somebody builds it who allows other hosts.
    run('npx', ['vite', 'build'], {
      APP_OUT: join(APP, 'generated/elsewhere'),
      APP_PICTURES_FROM: 'http://127.0.0.1:*',
      APP_WEIGHTS_FROM: 'http://127.0.0.1:*',
    });
    run('npx', ['playwright', 'test', ...rest]);
    break;
  case 'figures':
    run('npx', ['vite', 'build']);
    run('npx', ['tsx', 'scripts/figures.ts', ...rest]);
    break;
  default:
    console.error(`app: got ${mode}, expected one of ${MODES.join(', ')}`);
    process.exit(1);
}
