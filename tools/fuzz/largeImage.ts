/** Writes an image of one colour, small as a file and large as pixels: `largeImage.ts FORMAT WIDTH HEIGHT` to standard output. */
import sharp, { type Sharp } from 'sharp';

const [format, width, height] = process.argv.slice(2);
const image = sharp({
  create: { width: Number(width), height: Number(height), channels: 4, background: '#4080c080' },
  limitInputPixels: false,
});
const ENCODERS: Readonly<Record<string, () => Sharp>> = {
  AVIF: () => image.avif({ effort: 0 }),
  GIF: () => image.gif({ effort: 1 }),
  JPEG: () => image.removeAlpha().jpeg(),
  PNG: () => image.toColourspace('rgb16').png(),
  TIFF: () => image.toColourspace('rgb16').tiff({ compression: 'deflate' }),
  WebP: () => image.webp({ lossless: true, effort: 0 }),
};
process.stdout.write(await ENCODERS[format]().toBuffer());
