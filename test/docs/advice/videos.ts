/** Advice of videos and streams, their programs and servers. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import type { Advice, Trial } from './trial.js';
import { createVideo, FastSAM, openVideo, readImage, usePlatform, type VideoOptions } from '../../../src/index.js';
import { nodePlatform } from '../../../src/platform/node.js';
import { fetchBytes } from '../../../src/source/http.js';
import { checkServedVideo } from '../../../src/source/playlists.js';
import { ffmpeg, HAS_FFMPEG, losslessClip } from '../../support/ffmpeg.js';
import { FileServer } from '../../support/fileServer.js';
import { freePort } from '../../support/freePort.js';
import { greyImage } from '../../support/images.js';
import { TRAINED } from '../../support/paths.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const CLIP = at('clip.mkv');
if (HAS_FFMPEG) {
  losslessClip(CLIP, '64x48', 4);
  ffmpeg('-f', 'lavfi', '-i', 'sine=d=0.1', at('sound.mka'));
  writeFileSync(at('list.m3u8'), '#EXTM3U\n#EXTINF:1,\nclip.mkv\n');
}
const FFMPEG = HAS_FFMPEG ? execFileSync('which', ['ffmpeg']).toString().trim() : '';
/** An ffmpeg without encoders for WebM, and one that gives no frame. */
const POOR = at('ffmpeg-poor');
const SILENT = at('ffmpeg-silent');
const script = (path: string, pattern: string, answer: string): void => {
  writeFileSync(path, `#!/bin/sh\ncase "$*" in ${pattern}) ${answer};; *) exec ${FFMPEG} "$@";; esac\n`);
  chmodSync(path, 0o755);
};
script(POOR, '*-encoders*', "echo ' V.S... mpeg4   MPEG-4 part 2'");
script(SILENT, '*', 'exec sleep 60');
writeFileSync(at('ffprobe-silent'), '#!/bin/sh\nexec ffprobe "$@"\n');
chmodSync(at('ffprobe-silent'), 0o755);

const model = await FastSAM.load(TRAINED, { device: 'wasm' });
const server = new FileServer(HAS_FFMPEG ? new Uint8Array(readFileSync(CLIP)) : new Uint8Array(1000));
await server.start();

afterAll(async () => {
  model.dispose();
  await server.stop();
});

/** All frames of a source. */
async function read(source: string, options: VideoOptions = {}): Promise<number> {
  let frames = 0;
  for await (const frame of await openVideo(source, options)) frames += frame.index >= 0 ? 1 : 0;
  if (frames === 0) throw new Error(`${source}: no frame`);
  return frames;
}

/** Work in an environment with these variables. */
async function within(variables: Readonly<Record<string, string>>, work: () => Promise<unknown>): Promise<void> {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  try {
    await work();
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Work on a platform with some parts changed. */
async function on(parts: object, work: () => Promise<unknown>): Promise<void> {
  usePlatform({ ...nodePlatform, ...parts });
  try {
    await work();
  } finally {
    usePlatform(nodePlatform);
  }
}

const SIZE = { width: 16, height: 16, fps: 25 } as const;
const begin = (name = 'made.mp4', width = 16) => createVideo(at(name), { ...SIZE, width });

/** Writes frames of these widths, 16 high, into a video as wide as the first. */
async function write(widths: readonly number[], name?: string): Promise<void> {
  const sink = await begin(name, widths[0]);
  try {
    for (const width of widths) await sink.write(greyImage(width, 16));
    await sink.finish();
  } finally {
    await sink.discard();
  }
}

/** A server outside whose answer is a playlist of these addresses; `inside.test` lies in the own network. */
const playlist = (addresses: readonly string[]) => ({
  fetch: () => Promise.resolve(new Response(`#EXTM3U\n${addresses.join('\n')}\n`)),
  isPrivateHost: (host: string) => Promise.resolve(host === 'inside.test' && process.env.FASTSAM_ALLOW_PRIVATE !== '1'),
});
const hosts = (count: number) => Array.from({ length: count }, (_, i) => `http://h${i}.test/1.ts`);

async function track(source: Parameters<FastSAM['track']>[0], options: Parameters<FastSAM['track']>[1]): Promise<void> {
  for await (const { length } of model.track(source, { imgsz: 64, ...options })) if (length < 0) break;
}

/** The address of a server that sends the clip to whoever connects, without a protocol. */
async function rawStream(): Promise<{ url: string; stop: () => void }> {
  const raw = createServer((socket) => socket.on('error', () => undefined).end(readFileSync(CLIP)));
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  return { url: `tcp://127.0.0.1:${(raw.address() as AddressInfo).port}`, stop: () => raw.close() };
}

/** Work with the address of such a server. */
async function withStream(work: (url: string) => Promise<unknown>): Promise<void> {
  const { url, stop } = await rawStream();
  try {
    await work(url);
  } finally {
    stop();
  }
}

const WITH_FFMPEG: readonly Trial[] = [
  {
    advice: 'scale it down or raise maxPixels (--max-pixels)',
    provoke: () => read(CLIP, { maxPixels: 64 * 48 - 1 }),
    follow: async () => {
      await read(CLIP, { maxPixels: 64 * 48 });
      ffmpeg('-i', CLIP, '-vf', 'scale=32:24', at('small.mkv'));
      await read(at('small.mkv'), { maxPixels: 64 * 48 - 1 });
    },
  },
  {
    advice: 'begin another video',
    provoke: () => write([16, 18]),
    follow: async () => {
      await write([16]);
      await write([18], 'another.mp4');
    },
  },
  {
    advice: 'write frames first',
    provoke: () => write([]),
    follow: () => write([16]),
  },
  {
    advice: 'create another one',
    provoke: async () => {
      const sink = await begin();
      await sink.write(greyImage(16, 16));
      await sink.finish();
      await sink.write(greyImage(16, 16));
    },
    follow: () => write([16], 'another.mp4'),
  },
  {
    advice: 'install one with {}',
    provoke: () => within({ FASTSAM_FFMPEG: POOR }, () => write([16], 'a.webm')),
    follow: () => write([16], 'a.webm'),
  },
  {
    advice: 'give the path of an ffmpeg with ffprobe beside it',
    provoke: () => within({ FASTSAM_FFMPEG: at('none/ffmpeg') }, () => read(CLIP)),
    follow: () => within({ FASTSAM_FFMPEG: FFMPEG }, () => read(CLIP)),
  },
  {
    advice: 'install it ({}) or give its path in {}',
    provoke: () => within({ PATH: folder }, () => read(CLIP)),
    follow: async () => {
      await read(CLIP);
      await within({ PATH: folder, FASTSAM_FFMPEG: FFMPEG }, () => read(CLIP));
    },
  },
  {
    advice: 'check the source',
    provoke: () => within({ FASTSAM_FFMPEG: SILENT }, () => read(server.url, { timeout: 1 })),
    follow: () => read(server.url, { timeout: 60 }),
  },
  {
    advice: 'open it again',
    provoke: async () => {
      const video = await openVideo(CLIP);
      for (let i = 0; i < 2; i++) for await (const { index } of video) if (index < 0) break;
    },
    follow: async () => {
      for (let i = 0; i < 2; i++) await read(CLIP);
    },
  },
  {
    advice: 'give the videos in it themselves',
    provoke: () => read(at('list.m3u8')),
    follow: () => read(CLIP),
  },
  {
    advice: 'give a file with a video in it',
    provoke: () => read(at('sound.mka')),
    follow: () => read(CLIP),
  },
  {
    advice: 'openVideo reads streams',
    provoke: () => withStream((url) => readImage(url)),
    follow: () => withStream((url) => read(url)),
  },
  {
    advice: 'give it to openVideo',
    provoke: () => track([greyImage(64, 64)], { stride: 2 }),
    follow: async () => track(await openVideo(CLIP, { stride: 2 }), {}),
  },
];

const TRIALS: readonly Trial[] = [
  {
    advice: 'give another address',
    provoke: () => on(playlist(hosts(65)), () => checkServedVideo('http://outside.test/list.m3u8')),
    follow: () => on(playlist(hosts(64)), () => checkServedVideo('http://outside.test/other.m3u8')),
  },
  {
    advice: 'give that address itself, or set FASTSAM_ALLOW_PRIVATE=1',
    provoke: () => on(playlist(['http://inside.test/1.ts']), () => checkServedVideo('http://outside.test/list')),
    follow: () =>
      on(playlist(['http://inside.test/1.ts']), async () => {
        await checkServedVideo('http://inside.test/1.ts');
        await within({ FASTSAM_ALLOW_PRIVATE: '1' }, () => checkServedVideo('http://outside.test/list'));
      }),
  },
  {
    advice: 'try again',
    provoke: () => {
      server.script.push(server.stallAfter(100));
      return fetchBytes(server.url, { timeout: 200 });
    },
    follow: () => fetchBytes(server.url, { timeout: 20_000 }),
  },
  {
    advice: 'check the address and the network',
    provoke: async () => fetchBytes(`http://127.0.0.1:${await freePort()}/file.pt`),
    follow: () => fetchBytes(server.url),
  },
];

export const VIDEOS: Advice = {
  trials: [...TRIALS, ...(HAS_FFMPEG ? WITH_FFMPEG : [])],
  elsewhere: {},
  untried: {
    ...(HAS_FFMPEG ? {} : Object.fromEntries(WITH_FFMPEG.map(({ advice }) => [advice, 'there is no ffmpeg here']))),
    'plug it in or name it': 'needs Windows and a camera',
    'nothing is left then': 'no advice: the text of an option',
  },
};
