/** The platform for browsers, pages and workers alike. */
import { browserCanvases } from './browserCanvases.js';
import { openPartial, pathOfUrl, readFile, sha256, stat, writeFileAtomic } from './browserFiles.js';
import { capturePixels, decodeImage, encodeJpeg, encodePng } from './browserImages.js';
import { addressOf, cacheFolder, listKept, removeKept, storageLimit } from './browserKept.js';
import type { Platform } from './platform.js';
import { shippedFile } from './shippedFiles.js';
import { browserWasm } from './wasm/browser.js';

export const browserPlatform: Platform = {
  name: 'browser',
  env: () => undefined,
  fetch: (url, init) => fetch(url, init),
  decodeImage,
  capturePixels,
  canvases: browserCanvases,
  encodePng,
  encodeJpeg,
  readFile,
  writeFileAtomic,
  stat,
  addressOf,
  joinPath: (...parts) => parts.join('/'),
  pathOfUrl,
  cacheFolder,
  listKept,
  removeKept,
  storageLimit,
  packageFile: shippedFile,
  openPartial,
  sha256,
  wasm: browserWasm,
};
