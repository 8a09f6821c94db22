/** The platform for browsers, pages and workers alike. */
import { cacheFolder, openPartial, pathOfUrl, readFile, sha256, stat, writeFileAtomic } from './browserFiles.js';
import { browserCanvases } from './browserCanvases.js';
import { capturePixels, decodeImage, encodeJpeg, encodePng } from './browserImages.js';
import type { Platform } from './platform.js';

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
  joinPath: (...parts) => parts.join('/'),
  pathOfUrl,
  cacheFolder,
  packageFile: (relative) => new URL(`../../${relative}`, import.meta.url).href,
  openPartial,
  sha256,
};
