/** Files of pictures as bitmaps for the screen. */

/** Pixels above which a picture is shown smaller; WebKit's canvases end here. */
const MOST_SHOWN = 16_777_216;
/** Pixels above which a smaller bitmap serves the view of the whole: scaling a large one takes too long for a frame. */
const SMALL = 3_000_000;

export interface Decoded {
  readonly bitmap: ImageBitmap;
  /** A smaller one, of large pictures. */
  readonly small?: ImageBitmap;
  readonly width: number;
  readonly height: number;
}

/** @throws Error where this browser cannot read the file */
export async function decode(file: Blob): Promise<Decoded> {
  const whole = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const { width, height } = whole;
  // From the file, not from the bitmap: browsers do that beside the page.
  const within = (pixels: number): Promise<ImageBitmap> => {
    const gain = Math.sqrt(pixels / (width * height));
    return createImageBitmap(file, {
      imageOrientation: 'from-image',
      resizeWidth: Math.max(1, Math.floor(width * gain)),
      resizeHeight: Math.max(1, Math.floor(height * gain)),
      resizeQuality: 'medium',
    });
  };
  if (width * height <= SMALL) return { bitmap: whole, width, height };
  const small = await within(SMALL);
  if (width * height <= MOST_SHOWN) return { bitmap: whole, small, width, height };
  whole.close();
  return { bitmap: await within(MOST_SHOWN), small, width, height };
}
