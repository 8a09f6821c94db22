/** Videos of servers outside: neither a redirect nor a playlist may lead ffmpeg into the own network. */
import { FastSAMError } from '../errors.js';
import { platform } from '../platform/platform.js';

/** More of a playlist is not looked at. */
const MOST_BYTES = 1 << 20;
/** Playlists in playlists that are looked into. */
const MOST_PLAYLISTS = 16;
/** Servers that playlists may name: each one's address is looked up. */
const MOST_HOSTS = 64;
/** For the beginning of one. A server that is slower is ffmpeg's to judge. */
const TIMEOUT_MS = 10_000;

/**
 * Follows the redirects of a video's address, and looks into playlists.
 * @param url http or https.
 * @returns the address that answers in the end.
 * @throws FastSAMError `INVALID_VIDEO` where a playlist of a server outside names an address of the own network, or more
 *   servers than one has; `DOWNLOAD_FAILED` where a redirect leads into the own network.
 */
export async function checkServedVideo(url: string, signal?: AbortSignal): Promise<string> {
  const here = platform();
  if (!here.isPrivateHost) return url;
  const isPrivate = (host: string): Promise<boolean> => here.isPrivateHost?.(host) ?? Promise.resolve(false);
  // What the user names in the own network is trusted: a camera there, a test server.
  if (await isPrivate(new URL(url).hostname)) return url;
  let answering: string | undefined;
  const waiting = [url];
  const hosts = new Set<string>();
  for (let i = 0; i < waiting.length; i++) {
    const found = await fetchStart(waiting[i], signal);
    answering ??= found?.url ?? url;
    for (const entry of entriesOf(found?.text ?? '', found?.url ?? url)) {
      const isKnown = hosts.has(entry.hostname);
      if (hosts.add(entry.hostname).size > MOST_HOSTS) {
        throw new FastSAMError(
          'INVALID_VIDEO',
          `${url}: got a playlist that names more than ${MOST_HOSTS} servers, expected a video; give another address`,
        );
      }
      if (!isKnown && (await isPrivate(entry.hostname))) {
        throw new FastSAMError(
          'INVALID_VIDEO',
          `${url}: is a playlist that leads into the own network (${entry.host}); give that address itself, or set FASTSAM_ALLOW_PRIVATE=1`,
        );
      }
      const isNew = waiting.length < MOST_PLAYLISTS && !waiting.includes(entry.href);
      if (isNew && /\.m3u8$/i.test(entry.pathname)) waiting.push(entry.href);
    }
  }
  return answering ?? url;
}

/** The first bytes as text; undefined where nothing comes: ffmpeg says why. */
async function fetchStart(url: string, signal?: AbortSignal): Promise<{ url: string; text: string } | undefined> {
  try {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const either = signal ? AbortSignal.any([signal, limit]) : limit;
    const response = await platform().fetch(url, { signal: either, headers: { range: `bytes=0-${MOST_BYTES - 1}` } });
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (let read = 0; read < MOST_BYTES && isPlaylistSoFar(text);) {
      const step = await reader?.read();
      if (step === undefined || step.done) break;
      text += decoder.decode(step.value, { stream: true });
      read += step.value.length;
    }
    await reader?.cancel();
    return { url: response.url || url, text };
  } catch (error) {
    if (error instanceof FastSAMError) throw error;
    return undefined;
  }
}

/** Whether more of it is worth reading. */
function isPlaylistSoFar(text: string): boolean {
  return text.length < 8 || isPlaylist(text);
}

function isPlaylist(text: string): boolean {
  return /^\ufeff?\s*(#EXTM3U|<\?xml|<MPD)/.test(text);
}

/** Addresses that a playlist (HLS, DASH) names. */
function entriesOf(text: string, base: string): URL[] {
  if (!isPlaylist(text)) return [];
  const named = /^\s*</.test(text)
    ? [...text.matchAll(/[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>]+/gi)].map(([address]) => address)
    : [
        ...[...text.matchAll(/URI="([^"]*)"/gi)].map(([, address]) => address),
        ...text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#')),
      ];
  return named.flatMap((address) => (URL.canParse(address.trim(), base) ? [new URL(address.trim(), base)] : []));
}
