/** Files of pictures as bitmaps for the screen. */

/** Pixels above which a picture is shown smaller; WebKit's canvases end here. */
const MOST_SHOWN = 16_777_216;

export interface Decoded {
  readonly bitmap: ImageBitmap;
  readonly width: number;
  readonly height: number;
}

/** @throws Error where this browser cannot read the file */
export async function decode(file: Blob): Promise<Decoded> {
  const whole = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const { width, height } = whole;
  const gain = Math.sqrt(MOST_SHOWN / (width * height));
  if (gain >= 1) return { bitmap: whole, width, height };
  const bitmap = await createImageBitmap(whole, {
    resizeWidth: Math.max(1, Math.floor(width * gain)),
    resizeHeight: Math.max(1, Math.floor(height * gain)),
    resizeQuality: 'medium',
  });
  whole.close();
  return { bitmap, width, height };
}
