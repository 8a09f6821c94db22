/** Which addresses belong to the own network, and requests whose redirects do not lead from a server outside into it. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { FastSAMError } from '../errors.js';

/** Addresses that no server outside has: RFC 6890 and what came after it. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) PRIVATE.addSubnet(network, prefix, 'ipv4'); // prettier-ignore
for (const [network, prefix] of [
  ['::', 127], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8],
] as const) PRIVATE.addSubnet(network, prefix, 'ipv6'); // prettier-ignore

/** IPv4 inside IPv6: mapped (`::ffff:0:0/96`) and NAT64 (`64:ff9b::/96`). */
const EMBEDDED = new BlockList();
EMBEDDED.addSubnet('::ffff:0:0', 96, 'ipv6');
EMBEDDED.addSubnet('64:ff9b::', 96, 'ipv6');

/** Set to 1: redirects and playlists may lead into the own network. */
const VARIABLE = 'FASTSAM_ALLOW_PRIVATE';

/** Addresses of a host. Replaced in tests. */
export type LookUp = (host: string) => Promise<readonly string[]>;

const systemLookUp: LookUp = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** Whether an IP address is of this machine or of the own network. */
export function isPrivateAddress(address: string): boolean {
  if (isIP(address) === 4) return PRIVATE.check(address, 'ipv4');
  if (EMBEDDED.check(address, 'ipv6')) return PRIVATE.check(lastFourBytes(address), 'ipv4');
  return PRIVATE.check(address, 'ipv6');
}

/** The IPv4 address at the end of an IPv6 one. */
function lastFourBytes(address: string): string {
  const dotted = /[\d.]+$/.exec(address)?.[0] ?? '';
  if (isIP(dotted) === 4) return dotted;
  const [high = 0, low = 0] = address
    .split(':')
    .slice(-2)
    .map((part) => parseInt(part || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * Whether a host leads into the own network: by one of its addresses. Never where `FASTSAM_ALLOW_PRIVATE=1`.
 * @param host as `URL.hostname` gives it. One that nobody knows leads nowhere.
 */
export async function isPrivateHost(host: string, lookUp: LookUp = systemLookUp): Promise<boolean> {
  if (process.env[VARIABLE] === '1') return false;
  const bare = host.replace(/^\[|\]$/g, '');
  const addresses = isIP(bare) === 0 ? await lookUp(bare).catch(() => []) : [bare];
  return addresses.some(isPrivateAddress);
}

const MOST_HOPS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * As `fetch`, but no redirect of a server outside leads to an address of the own network. What the caller names
 * directly may be there.
 * @throws FastSAMError `DOWNLOAD_FAILED` for such a redirect, for one to another protocol and for too many; and what
 *   `fetch` throws.
 */
export async function fetchOutside(
  url: string,
  init: RequestInit = {},
  { lookUp, fetch: request = fetch }: { readonly lookUp?: LookUp; readonly fetch?: typeof fetch } = {},
): Promise<Response> {
  if (init.redirect !== undefined && init.redirect !== 'follow') return request(url, init);
  let from = new URL(url);
  let headers = new Headers(init.headers);
  for (let hop = 0; hop <= MOST_HOPS; hop++) {
    const response = await request(from.href, { ...init, headers, redirect: 'manual' });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, from.href)) throw refused(from, 'a redirect to no valid address');
    const to = new URL(location, from);
    if (!/^https?:$/.test(to.protocol)) throw refused(from, `a redirect to ${to.protocol}`);
    if ((await isPrivateHost(to.hostname, lookUp)) && !(await isPrivateHost(from.hostname, lookUp))) {
      throw refused(
        from,
        `a redirect into the own network (${to.host})`,
        `name that address directly, or set ${VARIABLE}=1`,
      );
    }
    if (to.origin !== from.origin) {
      headers = new Headers(headers);
      headers.delete('authorization');
      headers.delete('cookie');
    }
    from = to;
  }
  throw refused(from, `more than ${MOST_HOPS} redirects`);
}

function refused({ origin, pathname }: URL, got: string, todo = 'check the address'): FastSAMError {
  return new FastSAMError('DOWNLOAD_FAILED', `${origin}${pathname}: got ${got}, expected a file; ${todo}`);
}
