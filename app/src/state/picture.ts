/** The picture that is open. */

export interface Picture {
  /** Grows with every picture that is opened: answers of earlier ones are dropped. */
  readonly number: number;
  /** Name of its file. */
  readonly name: string;
  /** What the model gets. */
  readonly file: Blob;
  /** What the screen shows; of very large pictures a smaller one. */
  readonly bitmap: ImageBitmap;
  /** A smaller one for views of the whole, of large pictures. */
  readonly small?: ImageBitmap;
  /** Pixels of the picture that results are in. */
  readonly width: number;
  readonly height: number;
  /** One of the pictures that come with the app. */
  readonly sample: boolean;
}
