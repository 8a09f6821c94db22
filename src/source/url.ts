/** The one rule that tells addresses from paths. What a listing of a folder gave is a path, whatever it looks like. */

/** Schemes of addresses; each is followed by `//`. Whatever else stands before a colon belongs to a file's name. */
const SCHEMES = 'file http https rtsp rtsps rtmp rtmps rtmpt srt udp rtp tcp'.split(' ');
const WITH_SLASHES = new RegExp(`^(${SCHEMES.join('|')})://`, 'i');
/** `data:image/png;base64,…`: a media type, a parameter or the comma has to follow, so that `data:x.jpg` is a file. */
const DATA = /^data:(?:[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?=[;,]|$)|[;,])/i;
/** What pages make of files; they have no paths. */
const BLOB = /^blob:(?:null\/|https?:\/\/|file:\/\/)/i;

/** The scheme of an address in lower case: one of the list, `data` or `blob`; undefined for a path. */
export function schemeOf(text: string): string | undefined {
  if (DATA.test(text)) return 'data';
  if (BLOB.test(text)) return 'blob';
  return WITH_SLASHES.exec(text)?.[1].toLowerCase();
}

/** Whether a text is an address: of a server, `file://`, `data:` or `blob:`. Cameras have a rule of their own. */
export function isUrl(text: string): boolean {
  return schemeOf(text) !== undefined;
}

/** Whether an address is that of a server. */
export function isNetworkUrl(text: string): boolean {
  const scheme = schemeOf(text);
  return scheme !== undefined && !['file', 'data', 'blob'].includes(scheme);
}

/** `camera:0`, `camera:NAME`: a camera of this machine. */
export function isCamera(text: string): boolean {
  return /^camera:/i.test(text);
}

/** The path of a file that is known to lie there, so that no later reader takes its name for an address or a camera. */
export function pathOf(name: string): string {
  return isUrl(name) || isCamera(name) ? `./${name}` : name;
}
