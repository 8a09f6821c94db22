/** Results that come without their image's pixels, and the image that somebody gives them again. */
import { invalidArgument } from '../errors.js';
import { requireRgbImage, type RgbImage } from '../image/rgbImage.js';
import { custom } from '../options/kinds.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';

/** What makes results out of data may need beside it. */
export interface GivenImageOptions {
  /** The image, where it was left out: of the same size. Without it what needs pixels is refused. */
  readonly image?: RgbImage;
}

/** Every option of `unpackResults` and `Results.fromJSON`. */
export const GIVEN_IMAGE_OPTIONS = {
  image: custom<RgbImage>('an image as readImage gives it', isRgbImage, {
    text: 'the image, where it was left out: of the same size',
  }),
} satisfies RowsOf<GivenImageOptions>;

function isRgbImage(value: unknown): boolean {
  try {
    requireRgbImage('image', value);
    return true;
  } catch {
    return false;
  }
}

/**
 * The image that was given, with what the record knows of it.
 * @throws FastSAMError `INVALID_ARGUMENT` for an image of another size, and wrong options.
 */
export function withImage(known: RgbImage, options: GivenImageOptions): RgbImage {
  const { image } = resolve(GIVEN_IMAGE_OPTIONS, options);
  if (!image) return known;
  if (image.width === known.width && image.height === known.height) return { ...image, ...factsOf(known) };
  throw invalidArgument(
    `image: got ${image.width} x ${image.height} pixels, expected the ${known.width} x ${known.height} of the results`,
  );
}

function factsOf({ path, frames, window }: RgbImage): Partial<RgbImage> {
  return { ...(path !== undefined && { path }), ...(frames !== undefined && { frames }), ...(window && { window }) };
}
