/** The error for a file that no address gives: each with its reason, and what can be done where the program runs. */
import { FastSAMError } from '../errors.js';
import { platform } from '../platform/platform.js';
import { plural } from '../options/showValue.js';
import { displayUrl } from '../text/displayUrl.js';
import { describeAccepted, howToAllow, type Accepted } from './accepted.js';
import type { Refused } from './transfer.js';

/** What was to be fetched. */
export interface WantedCopy extends Accepted {
  readonly name: string;
  /** Where a copy could be put by hand; in browsers there is no such place. */
  readonly path: string;
  /** Whether it is one of a catalogue, which mirrors and folders may have. */
  readonly isPublished: boolean;
}

/** An address and why it gave nothing. */
export interface FailedSource {
  readonly url: string;
  readonly reason: Refused;
}

/**
 * @param failures none: no host may be read by a page.
 * @returns `DOWNLOAD_CORRUPT` where every address gave something else, else `DOWNLOAD_FAILED`.
 */
export function noCopy(wanted: WantedCopy, failures: readonly FailedSource[]): FastSAMError {
  const isCorrupt = failures.length > 0 && failures.every(({ reason }) => reason.code === 'DOWNLOAD_CORRUPT');
  return new FastSAMError(
    isCorrupt ? 'DOWNLOAD_CORRUPT' : 'DOWNLOAD_FAILED',
    `download of ${wanted.name}: got ${got(failures)}, expected ${describeAccepted(wanted)}; ${todo(wanted, failures)}`,
    { cause: failures.at(-1)?.reason },
  );
}

function got(failures: readonly FailedSource[]): string {
  if (failures.length === 0) return 'no address that a page may read (none of its hosts sends CORS headers)';
  const [{ url, reason }] = failures;
  if (failures.length === 1) return `${reason.got} from ${displayUrl(url)}`;
  const each = failures.map((failure) => `${displayUrl(failure.url)} gave ${failure.reason.got}`);
  return `no copy from ${plural(failures.length, 'source')} (${each.join('; ')})`;
}

function todo(wanted: WantedCopy, failures: readonly FailedSource[]): string {
  const special = failures.flatMap(({ reason }) => reason.todo ?? []);
  const unknown = failures.flatMap(({ reason }) => reason.sha256 ?? []);
  const advice = [...new Set([...special, ...unknown.map(howToAllow)])];
  if (advice.length === 0) advice.push(failures.length === 1 ? 'check the address and try again' : 'try again later');
  return [...advice, platform().name === 'browser' ? inPages(wanted) : inNode(wanted)].join(', ');
}

/** A page can only load what its user hands over, or what a server lets it read. */
function inPages({ isPublished }: WantedCopy): string {
  return isPublished
    ? 'or let the user choose the file and load that File, ' +
        "or put the file on this page's own server and load its address"
    : "or put the file on this page's own server (another server has to send access-control-allow-origin), " +
        'or load its bytes';
}

function inNode({ isPublished, path }: WantedCopy): string {
  const here = platform();
  const hasProxy = (here.env('HTTPS_PROXY') ?? here.env('https_proxy')) !== undefined;
  const proxy = hasProxy
    ? 'or set NODE_USE_ENV_PROXY=1, without which Node (22.21 or later) ignores HTTPS_PROXY, '
    : '';
  return (
    proxy +
    (isPublished
      ? `or put the file by hand at ${path}, or name a mirror in FASTSAM_WEIGHTS_URL or a folder that holds it in ` +
        'FASTSAM_WEIGHTS_DIR (what has arrived is kept)'
      : 'or fetch the file by other means and give its path (what has arrived is kept)')
  );
}
