/** The app's dev server and build. The package is used by its entries' names; here they are its sources. */
import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'vite';
import { offline } from './plugins/offline.js';
import { ELSEWHERE, POLICY, policy } from './plugins/policy.js';
import { assetFileNames, besidePackage, withoutCopies } from './plugins/shippedFiles.js';

const root = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const here = (path: string): string => root(`app/${path}`);

/** With these a page may share memory, so that WebAssembly computes on several threads. */
const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** `--mode package`: the build lies in the package as `dist-app`, beside `weights` and `wasm`. */
export default defineConfig(({ mode }): UserConfig => {
  const beside = mode === 'package';
  return {
    root: here(''),
    base: './',
    resolve: {
      alias: [
        { find: /^fastsam-tfjs\/worker$/, replacement: root('src/entry/worker.browser.ts') },
        { find: /^fastsam-tfjs\/(\w+)$/, replacement: root('src/entry/$1.ts') },
        { find: /^fastsam-tfjs$/, replacement: root('src/index.browser.ts') },
      ],
    },
    define: {
      __POLICY__: JSON.stringify(POLICY),
      __ELSEWHERE__: JSON.stringify({ pictures: ELSEWHERE.pictures !== '', weights: ELSEWHERE.weights !== '' }),
    },
    plugins: [policy(), offline({ publicDir: here('public'), beside }), ...(beside ? [withoutCopies()] : [])],
    worker: { format: 'es', rolldownOptions: { output: { assetFileNames } } },
    build: {
      target: 'es2022',
      outDir: process.env.APP_OUT ?? root('dist-app'),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1500,
      rolldownOptions: {
        input: { index: here('index.html'), sw: here('sw/sw.ts') },
        output: {
          assetFileNames,
          entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        },
      },
    },
    ...(beside && { experimental: besidePackage }),
    server: { host: '127.0.0.1', headers: ISOLATION, fs: { strict: false } },
    preview: { host: '127.0.0.1', headers: ISOLATION },
  };
});
