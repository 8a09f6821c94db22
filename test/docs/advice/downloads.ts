/** Advice of names, addresses and downloads of weights. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Advice } from './trial.js';
import { nodePlatform } from '../../../src/platform/node.js';
import { usePlatform } from '../../../src/platform/platform.js';
import { clearCache, listCache } from '../../../src/weights/cache.js';
import type { PublishedFile } from '../../../src/weights/catalogue.js';
import { readCheckpoint } from '../../../src/weights/checkpoint.js';
import { readFrom, resolveFrom, resolveWeights } from '../../../src/weights/resolve.js';
import { rejectionOf } from '../../support/errors.js';
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
/** The same, whose checksum is known: that of another file. */
const known = ({ server }: Place, allowSha256?: string) => {
  const versions = [{ bytes: 9, sha256: '0'.repeat(64) }];
  return resolveFrom([{ ...published(server.url)[0], versions }], 'small', { retry, allowSha256 });
};
/** What the message about a copy allows. */
const hashIn = (message: string): string => /allowSha256: '([0-9a-f]{64})'/.exec(message)?.[1] ?? '';
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** The same from two sources. */
const twice = ({ server: { url } }: Place) =>
  resolveFrom([{ ...published(url)[0], sources: [{ url }, { url: `${url}?second` }] }], 'small', { retry });
/** @throws Error unless the last request went on where the first was cut */
function requireContinued({ ranges }: FileServer): void {
  if (ranges.at(-1) !== 'bytes=1000-') throw new Error('nothing was kept');
}
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
      advice: 'or fetch the file by other means and give its path (what has arrived is kept)',
      provoke: () =>
        at(({ server }) => {
          server.script.push(status(404));
          return read(server.url);
        }),
      follow: async () => {
        await readFrom([], goldenPath(TINY), {}, readCheckpoint);
        await at(async ({ server }) => {
          server.script.push(server.cutAfter(1000), status(500));
          await rejectionOf(() => read(server.url));
          await read(server.url);
          requireContinued(server);
        });
      },
    },
    {
      advice: 'check the address and try again',
      provoke: () =>
        at((place) => {
          down(place);
          return small(place);
        }),
      follow: () =>
        at(async (place) => {
          down(place);
          await rejectionOf(() => small(place));
          await small(place);
        }),
    },
    {
      // Of several sources; the same words stand where another program holds a file, which Unix allows.
      advice: 'try again later',
      provoke: () =>
        at((place) => {
          down(place);
          down(place);
          return twice(place);
        }),
      follow: () =>
        at(async (place) => {
          down(place);
          down(place);
          await rejectionOf(() => twice(place));
          await twice(place);
        }),
    },
    {
      advice:
        'or put the file by hand at {}, or name a mirror in FASTSAM_WEIGHTS_URL or a folder that holds it in ' +
        'FASTSAM_WEIGHTS_DIR (what has arrived is kept)',
      provoke: () =>
        at((place) => {
          down(place);
          return small(place);
        }),
      follow: async () => {
        await at(async (place) => {
          down(place);
          const { message } = await rejectionOf(() => small(place));
          copyFileSync(goldenPath(TINY), /by hand at (.*), or name a mirror/.exec(message)?.[1] ?? '');
          down(place);
          await small(place);
        });
        await at(async (place) => {
          place.env.FASTSAM_WEIGHTS_URL = place.server.url.replace('/file.pt', '');
          await resolveFrom(published('http://127.0.0.1:1/file.pt'), 'small', { retry });
        });
        await at(async (place) => {
          down(place);
          place.env.FASTSAM_WEIGHTS_DIR = place.cache;
          writeFileSync(join(place.cache, 'small.safetensors'), goldenBytes(TINY));
          await small(place);
        });
        await at(async (place) => {
          place.server.script.push(place.server.cutAfter(1000), status(500));
          await rejectionOf(() => small(place));
          await small(place);
          requireContinued(place.server);
        });
      },
    },
    {
      advice: "if you trust it, load it with allowSha256: '{}'{}",
      provoke: () => at((place) => known(place)),
      follow: () =>
        at(async (place) => {
          const { message } = await rejectionOf(() => known(place));
          await known(place, hashIn(message));
        }),
    },
    {
      advice: '{}, or, {}', // delete the kept copy, or trust it
      provoke: () =>
        at(async (place) => {
          writeFileSync(join(place.cache, 'small.safetensors'), 'another file');
          await known(place, hashOf(goldenBytes(TINY)));
        }),
      follow: () =>
        at(async (place) => {
          writeFileSync(join(place.cache, 'small.safetensors'), 'another file');
          const { message } = await rejectionOf(() => known(place));
          await known(place, hashIn(message));
          rmSync(/delete (.*) to download it again/.exec(message)?.[1] ?? '');
          await known(place, hashOf(goldenBytes(TINY)));
        }),
    },
    {
      advice: 'copy the one that the message about the file has',
      provoke: () =>
        at((place) => {
          place.env.FASTSAM_ALLOW_SHA256 = 'yes';
          return known(place);
        }),
      follow: () =>
        at(async (place) => {
          const { message } = await rejectionOf(() => known(place));
          place.env.FASTSAM_ALLOW_SHA256 = hashIn(message);
          await known(place);
        }),
    },
    {
      advice: 'list it with listCache(){}',
      provoke: () =>
        at(async (place) => {
          await small(place);
          await clearCache('smal');
        }),
      follow: () =>
        at(async (place) => {
          await small(place);
          await clearCache((await listCache()).files.map(({ name }) => name));
        }),
    },
    {
      advice: 'set it to {}',
      provoke: () => limited('2 GB'),
      follow: () => limited('2147483648'),
    },
    {
      advice: ', or set FASTSAM_MAX_DOWNLOAD to a higher number of bytes',
      provoke: () => limited('1000'),
      follow: () => limited('1000000'),
    },
  ],
  elsewhere: {
    "or let the user choose the file and load that File, or put the file on this page's own server and load its address":
      'weights/page.test.ts',
  },
  untried: {
    'downloaded at your request, not part of this package.': 'no advice: a licence',
    'the next run downloads them again': 'no advice: the text of an option',
    'next: {}': 'no advice: a report of progress',
    'nothing of it was kept)': 'no advice: a note',
    'or set NODE_USE_ENV_PROXY=1, without which Node (22.21 or later) ignores HTTPS_PROXY, ': 'needs a proxy',
    "or put the file on this page's own server (another server has to send access-control-allow-origin), or load its bytes":
      'needs a page and a server of another origin; both are what weights/page.test.ts loads',
  },
};
