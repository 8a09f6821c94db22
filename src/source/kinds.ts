/** Which files are images and videos by their endings, and what others are called. */

/** Endings of images that are read. A JPEG has many names: `.mpo` of 3D cameras and drones, `.jfif` of Windows. */
const IMAGES: ReadonlySet<string> = new Set('jpg jpeg jpe jfif mpo png apng webp avif gif tif tiff bmp dib'.split(' '));

/** Endings of videos. */
const VIDEOS: ReadonlySet<string> = new Set(
  (
    'mp4 m4v mov qt avi mkv webm wmv asf flv f4v mpg mpeg mpe m1v m2v vob ts m2ts mts 3gp 3g2 ogv ogm mxf dv ' +
    'mjpeg mjpg y4m h264 264 avc h265 265 hevc ivf obu'
  ).split(' '),
);

/** Images by their endings that are not read, by their kind. */
const UNREAD: Readonly<Record<string, string>> = {
  HEIC: 'heic heif hif heics heifs',
  'JPEG 2000': 'jp2 j2k j2c jpc jpf jpx jpm',
  'JPEG XL': 'jxl',
  'JPEG XR': 'jxr wdp hdp',
  raw: '3fr arw cr2 cr3 crw dcr dng erf fff iiq k25 kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f',
  Photoshop: 'psd psb',
  OpenEXR: 'exr',
  Radiance: 'hdr pic',
  PNM: 'pbm pgm ppm pnm pam pfm',
  TGA: 'tga',
  icon: 'ico icns cur',
  DICOM: 'dcm dicom',
  FITS: 'fits fit fts',
  SVG: 'svg svgz',
  'Windows metafile': 'wmf emf',
};

const UNREAD_KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries(UNREAD).flatMap(([kind, endings]) => endings.split(' ').map((ending) => [ending, kind] as const)),
);

/** Endings that are no image's for sure: such files are passed over without a look into them. */
const OTHERS: ReadonlySet<string> = new Set(
  (
    'txt json jsonl ndjson csv tsv xml yaml yml toml ini cfg md html htm log py ts js mjs ipynb sh c h cpp npy npz mat ' +
    'pt pth onnx safetensors bin pkl h5 db sqlite zip gz tgz tar 7z rar bz2 xz pdf doc docx xls xlsx ppt pptx ' +
    'mp3 wav flac aac m4a ogg srt vtt thm xmp aae lock tmp part cache exe dll so'
  ).split(' '),
);

/** The ending of a path's name in lower case, without the dot; empty where there is none. */
export function endingOf(path: string): string {
  return /[^/\\]\.([a-z0-9_]+)$/i.exec(path)?.[1].toLowerCase() ?? '';
}

/** Whether a name ends as an image's that is read. */
export function isImageName(path: string): boolean {
  return IMAGES.has(endingOf(path));
}

/** Whether a name ends as a video's. */
export function hasVideoEnding(path: string): boolean {
  return VIDEOS.has(endingOf(path));
}

/** The kind of an image that is not read, by its name. */
export function unreadKind(path: string): string | undefined {
  return UNREAD_KINDS.get(endingOf(path));
}

/** Whether only the first bytes can tell what a file is. */
export function isUnknownName(path: string): boolean {
  return !OTHERS.has(endingOf(path));
}
