/** What the bytes of an image file say before it is decoded. */
export interface ImageHeader {
  /** Pixels, as stored: before an orientation is applied. The largest part where there are several. */
  readonly width: number;
  readonly height: number;
  /** Images in the file: frames of an animation, pages, the views of a 3D camera. */
  readonly frames: number;
}
