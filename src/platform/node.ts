/** The platform for Node: node:fs for files, sharp for images. */
import { join, resolve } from 'node:path';
import { fetchOutside, isPrivateHost } from './addresses.js';
import { feedFrames, readFrames } from './frames/thread.js';
import { loadNative } from './native/load.js';
import { nodeDisk } from './nodeDisk.js';
import { cacheFolder, packageFile, pathOfUrl, readFile, readStart, realPath, sha256, stat } from './nodeFiles.js';
import { writeFolderAtomic } from './nodeFolders.js';
import { listKept, removeKept } from './nodeKept.js';
import { listFiles } from './nodeListing.js';
import { openPartial } from './nodePartial.js';
import type { Platform } from './platform.js';
import { runProgram } from './programs.js';
import { stageFile, withTempFolder, writeFileAtomic } from './tempFiles.js';
import { findWebGpu } from './webGpu.js';
import { nodeWasm } from './wasm/node.js';
import { parseYaml } from './yaml.js';

/** What reads and writes images; many commands see none. */
const images = () => import('./nodeImages.js');

export const nodePlatform: Platform = {
  name: 'node',
  env: (name) => process.env[name],
  fetch: (url, init) => fetchOutside(url, init),
  isPrivateHost: (host) => isPrivateHost(host),
  decodeImage: async (...args) => (await images()).decodeImage(...args),
  capturePixels: () => undefined,
  encodePng: async (...args) => (await images()).encodePng(...args),
  encodeJpeg: async (...args) => (await images()).encodeJpeg(...args),
  readFile,
  readStart,
  writeFileAtomic,
  writeFolderAtomic,
  stat,
  withTempFolder,
  stageFile,
  disk: nodeDisk,
  programs: { run: runProgram, readFrames, feedFrames },
  os: process.platform,
  addressOf: (text) => (/^https?:\/\//i.test(text) ? text : undefined),
  joinPath: (...parts) => join(...parts),
  absolutePath: (...parts) => resolve(...parts),
  realPath,
  listFiles,
  parseYaml,
  pathOfUrl,
  cacheFolder: () => cacheFolder(),
  listKept: () => listKept(),
  removeKept,
  packageFile,
  openPartial,
  sha256: (bytes) => Promise.resolve(sha256(bytes)),
  loadNative,
  findWebGpu,
  wasm: nodeWasm,
};
