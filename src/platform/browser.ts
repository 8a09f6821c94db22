/** The platform for browsers, pages and workers alike. */
import { cacheFolder, openPartial, pathOfUrl, readFile, sha256, stat, writeFileAtomic } from './browserFiles.js';
import { capturePixels, decodeImage, encodeJpeg, encodePng } from './browserImages.js';
import type { Platform } from './platform.js';
import { shippedFile } from './shippedFiles.js';
import { browserWasm } from './wasm/browser.js';

export const browserPlatform: Platform = {
  name: 'browser',
  env: () => undefined,
  fetch: (url, init) => fetch(url, init),
  decodeImage,
  capturePixels,
  encodePng,
  encodeJpeg,
  readFile,
  writeFileAtomic,
  stat,
  joinPath: (...parts) => parts.join('/'),
  pathOfUrl,
  cacheFolder,
  packageFile: shippedFile,
  openPartial,
  sha256,
  wasm: browserWasm,
};
