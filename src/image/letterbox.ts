/** Fitting a picture into the network's input: geometry, resize, padding, and the way back. */

/** How a picture lies inside the network input. All values are whole pixels. */
export interface Letterbox {
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** Size of the network input, multiples of the stride. */
  readonly netWidth: number;
  readonly netHeight: number;
  /** Size of the resized picture inside the network input. */
  readonly width: number;
  readonly height: number;
  /** Padding in network pixels. */
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}
