/** Advice of names, addresses and downloads of weights. */
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Advice } from './trial.js';
import { nodePlatform } from '../../../src/platform/node.js';
import { usePlatform } from '../../../src/platform/platform.js';
import type { PublishedFile } from '../../../src/weights/catalogue.js';
import { readCheckpoint } from '../../../src/weights/checkpoint.js';
import { readFrom, resolveFrom, resolveWeights } from '../../../src/weights/resolve.js';
import { FileServer, status } from '../../support/fileServer.js';
import { goldenBytes, goldenPath } from '../../support/golden.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';

const folder = temporaryFolder();
const TINY = 'layers/tiny.safetensors';
const retry = { attempts: 2, delay: 1, stallTimeout: 5000 };

/** What a call finds: a server of a small file of weights, a new cache, and variables of the environment. */
interface Place {
  readonly server: FileServer;
  readonly cache: string;
  readonly env: Record<string, string>;
}

/** Calls with a server that runs meanwhile. */
async function at(call: (place: Place) => Promise<unknown>): Promise<void> {
  const place: Place = {
    server: new FileServer(goldenBytes(TINY)),
    cache: mkdtempSync(join(folder, 'cache-')),
    env: {},
  };
  await place.server.start();
  usePlatform({ ...nodePlatform, env: (name) => place.env[name], cacheFolder: () => place.cache });
  try {
    await call(place);
  } finally {
    usePlatform(nodePlatform);
    await place.server.stop();
  }
}

/** A name whose file lies at an address. */
const published = (url: string): PublishedFile[] => [
  { name: 'small', file: 'small.safetensors', sources: [{ url, cors: true }], versions: [], licence: 'none' },
];
const small = ({ server }: Place) => resolveFrom(published(server.url), 'small', { retry });
const read = (url: string) => readFrom([], url, { retry }, readCheckpoint);
/** Has the server fail at every try of the next call. */
const down = ({ server }: Place) => server.script.push(status(500), status(500));
const limited = (bytes: string) =>
  at(async ({ server, env }) => {
    env.FASTSAM_MAX_DOWNLOAD = bytes;
    await read(server.url);
  });

export const DOWNLOADS: Advice = {
  trials: [
    {
      advice: 'check the spelling',
      provoke: () => resolveWeights('dmeo'),
      follow: () => resolveWeights('demo'),
    },
    {
      advice: 'check its spelling',
      provoke: () => at(({ server }) => read(server.url.replace('127.0.0.1', ''))),
      follow: () => at(({ server }) => read(server.url)),
    },
    {
      advice: 'the download went to a wrong address',
      provoke: () =>
        at(({ server }) => {
          server.content = new TextEncoder().encode('<!doctype html><title>Sign in</title>');
          return read(server.url);
        }),
      follow: () => at(({ server }) => read(server.url)),
    },
    {
      advice: 'check the address or the mirror',
      provoke: () =>
        at(({ server }) => {
          server.script.push(status(404));
          return read(server.url);
        }),
      follow: () =>
        at(async (place) => {
          await read(place.server.url);
          place.env.FASTSAM_WEIGHTS_URL = place.server.url.replace('/file.pt', '');
          await small(place);
        }),
    },
    {
      advice:
        'check the network and try again (what has arrived is kept), or put the file by hand at {}, or name a mirror ' +
        'in FASTSAM_WEIGHTS_URL or a folder that holds it in FASTSAM_WEIGHTS_DIR',
      provoke: () =>
        at((place) => {
          down(place);
          return small(place);
        }),
      follow: async () => {
        await at(async (place) => {
          place.server.script.push(place.server.cutAfter(1000), status(500));
          const { message } = await small(place).then(
            () => new Error('no error'),
            (error: unknown) => error as Error,
          );
          await small(place);
          if (place.server.ranges.at(-1) !== 'bytes=1000-') throw new Error(`nothing was kept after: ${message}`);
        });
        await at(async (place) => {
          down(place);
          const { message } = await small(place).then(
            () => new Error('no error'),
            (error: unknown) => error as Error,
          );
          copyFileSync(goldenPath(TINY), /by hand at (.*), or name a mirror/.exec(message)?.[1] ?? '');
          down(place);
          await small(place);
        });
        await at(async (place) => {
          down(place);
          place.env.FASTSAM_WEIGHTS_DIR = place.cache;
          writeFileSync(join(place.cache, 'small.safetensors'), goldenBytes(TINY));
          await small(place);
        });
        await at(async (place) => {
          place.env.FASTSAM_WEIGHTS_URL = place.server.url.replace('/file.pt', '');
          await resolveFrom(published('http://127.0.0.1:1/file.pt'), 'small', { retry });
        });
      },
    },
    {
      advice: 'set it to {}',
      provoke: () => limited('2 GB'),
      follow: () => limited('2147483648'),
    },
    {
      advice: 'check the address, or set FASTSAM_MAX_DOWNLOAD to a higher number of bytes',
      provoke: () => limited('1000'),
      follow: () => limited('1000000'),
    },
  ],
  elsewhere: {},
  untried: {
    'downloaded at your request, not part of this package.': 'no advice: a licence',
    '{})': 'no advice of its own: the place of other advice',
  },
};
