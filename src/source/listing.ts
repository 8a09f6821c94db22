/** The images and videos of a folder, and what of it is passed over. */
import { invalidArgument } from '../errors.js';
import { describeFormat, HEAD_BYTES } from '../image/format.js';
import { flag } from '../options/kinds.js';
import { requireText } from '../options/requireKind.js';
import { checkOptions } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { platform } from '../platform/platform.js';
import { hasVideoEnding, isImageName, isUnknownName, unreadKind } from './kinds.js';
import { compareNaturally } from './naturalOrder.js';
import { pathOf } from './url.js';
import { isVideoBytes } from './videoBytes.js';

/** Files of one kind that are not read. */
export interface PassedOver {
  /** `HEIC`, `raw`, `JPEG without its ending` … */
  readonly kind: string;
  readonly count: number;
  /** The path of the first one. */
  readonly example: string;
}

/** What a folder holds. */
export interface FolderListing {
  /** Paths of images, in natural order: `2.jpg` before `10.jpg`. Each leads to its file, whatever the name looks like. */
  readonly images: readonly string[];
  /** Paths of videos, in the same order. */
  readonly videos: readonly string[];
  /** Images and videos that are not read, by kind; files of other kinds are not counted. */
  readonly passedOver: readonly PassedOver[];
}

/** Options of `listImages`. */
export interface ListImagesOptions {
  /** With the folders below. Default false. */
  deep?: boolean;
}

/** Every option of `listImages`. */
export const LIST_IMAGES_OPTIONS = {
  deep: flag({ text: 'with the folders below', default: false }),
} satisfies RowsOf<ListImagesOptions>;

/** What macOS writes beside files on foreign disks: `._IMG_1.jpg` holds no image. */
const COMPANION = 'companion of macOS (._)';
/** Of images that are told by their bytes alone. */
const NAMELESS = ' without its ending';

/**
 * Lists a folder: images and videos by their endings, in natural order. What is an image or video by its ending or its
 * first bytes and is not taken is counted. Files and folders whose names begin with a dot are left out. Node only.
 * @throws FastSAMError `FILE_UNREADABLE`, `INVALID_ARGUMENT`
 *
 * @example
 * const { images, passedOver } = await listImages('photos', { deep: true });
 * for await (const { results } of model.stream(images)) …
 */
export async function listImages(folder: string, options: ListImagesOptions = {}): Promise<FolderListing> {
  requireText('folder', folder);
  checkOptions(LIST_IMAGES_OPTIONS, options);
  const here = platform();
  if (!here.listFiles) throw invalidArgument(`${folder}: got a platform without folders, expected Node`);
  return sortOut(await here.listFiles(folder, { deep: options.deep ?? false, hidden: false }));
}

/** Tells the images and videos among files that lie on the disk. */
export async function sortOut(paths: readonly string[]): Promise<FolderListing> {
  const [images, videos]: [string[], string[]] = [[], []];
  const left = new Map<string, { count: number; example: string }>();
  for (const path of [...paths].sort(compareNaturally)) {
    const kind = await kindOf(path);
    if (kind === 'image') images.push(pathOf(path));
    else if (kind === 'video') videos.push(pathOf(path));
    else if (kind !== undefined) {
      const known = left.get(kind);
      if (known) known.count++;
      else left.set(kind, { count: 1, example: path });
    }
  }
  return { images, videos, passedOver: [...left].map(([kind, rest]) => ({ kind, ...rest })) };
}

/** `image`, `video`, the kind of an image that is not read, or undefined for other files. */
async function kindOf(path: string): Promise<string | undefined> {
  const isHidden = nameOf(path).startsWith('.');
  if (isHidden && !nameOf(path).startsWith('._')) return undefined;
  if (isHidden) return isImageName(path) || hasVideoEnding(path) || unreadKind(path) ? COMPANION : undefined;
  if (isImageName(path)) return 'image';
  if (hasVideoEnding(path)) return 'video';
  return unreadKind(path) ?? (isUnknownName(path) ? kindByBytes(path) : undefined);
}

function nameOf(path: string): string {
  return path.replace(/^.*[/\\]/s, '');
}

async function kindByBytes(path: string): Promise<string | undefined> {
  const head = await platform()
    .readStart?.(path, HEAD_BYTES)
    .catch(() => undefined); // no file that could be read: neither is it an image
  if (!head || head.length === 0) return undefined;
  const { name, isImage, supported } = describeFormat(head);
  if (isImage) return supported ? `${name}${NAMELESS}` : name;
  return isVideoBytes(head) ? `video${NAMELESS}` : undefined;
}

/** One line on what was passed over; undefined for nothing. @param where the folder, for the line. */
export function describePassedOver(where: string, passedOver: readonly PassedOver[]): string | undefined {
  if (passedOver.length === 0) return undefined;
  const kinds = passedOver.map(({ kind, count, example }) => `${count} ${kind} (${example}${count > 1 ? ' …' : ''})`);
  const isNameless = ({ kind }: PassedOver): boolean => kind.endsWith(NAMELESS);
  const advice = [
    ...(passedOver.some((one) => one.kind !== COMPANION && !isNameless(one)) ? ['convert them to JPEG or PNG'] : []),
    ...(passedOver.some(isNameless) ? ['give them their ending'] : []),
  ];
  return [`${where}: passed over ${kinds.join(', ')}`, ...advice].join('; ');
}
