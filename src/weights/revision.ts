/** What a server's headers say of a file: which revision it is, and when to ask again. */

/** Headers that change when the file does. */
export interface Revision {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** The revision that an answer is of; empty where the server says nothing that may be read. */
export function revisionOf({ headers }: Response): Revision {
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  return { ...(etag === null ? {} : { etag }), ...(lastModified === null ? {} : { lastModified }) };
}

/** Whether two answers are of the same revision; false where that cannot be told. Weak ETags count as well as strong ones. */
export function isSameRevision(a: Revision, b: Revision): boolean {
  const bare = (etag: string): string => etag.replace(/^W\//, '');
  if (a.etag !== undefined && b.etag !== undefined) return bare(a.etag) === bare(b.etag);
  return a.lastModified !== undefined && a.lastModified === b.lastModified;
}

/** Strong ETag, else the date: what tells that pieces are of one file, byte for byte. */
export function validatorOf(response: Response): string | undefined {
  const { etag, lastModified } = revisionOf(response);
  return etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;
}

/** Milliseconds that the server asks to wait: it says seconds or a date. */
export function retryAfter(response: Response): number | undefined {
  const text = response.headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const until = Date.parse(text);
  return Number.isNaN(until) ? undefined : Math.max(0, until - Date.now());
}
