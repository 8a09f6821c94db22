/** What servers give in the place of a file: recognised by its first bytes, so that messages name it. */

/** What bytes are that are no weights, in words; undefined for anything else. */
export function junkIn(bytes: Uint8Array): 'a web page' | 'a Git LFS pointer' | undefined {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  if (start.trimStart().startsWith('<')) return 'a web page';
  return start.startsWith('version https://git-lfs') ? 'a Git LFS pointer' : undefined;
}
