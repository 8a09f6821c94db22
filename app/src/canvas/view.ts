/** Where the picture lies on the screen: a scale and an offset, in CSS pixels. */

/** Screen = picture x scale + offset. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Most CSS pixels that a picture pixel may fill. */
const LARGEST = 40;
/** The picture stays this large at least, in CSS pixels of its longer side. */
const SMALLEST_SIDE = 48;

/** Room around a picture that fits, in CSS pixels: bars float over the foot of the stage. */
export interface Margins {
  readonly side: number;
  readonly top: number;
  readonly foot: number;
}

/** The whole picture in the middle, as large as it can be. */
export function fitted(viewport: Size, picture: Size, { side, top, foot }: Margins): View {
  const width = Math.max(1, viewport.width - 2 * side);
  const height = Math.max(1, viewport.height - top - foot);
  const scale = Math.min(width / picture.width, height / picture.height, LARGEST);
  const { x, y } = centred({ width: viewport.width, height: height + 2 * top }, picture, scale);
  return { scale, x, y };
}

/** A scale, with the picture in the middle. */
export function centred(viewport: Size, picture: Size, scale: number): View {
  return {
    scale,
    x: (viewport.width - picture.width * scale) / 2,
    y: (viewport.height - picture.height * scale) / 2,
  };
}

/** Zooms about a place of the screen, which keeps showing the same pixel. */
export function zoomed(
  view: View,
  factor: number,
  at: { readonly x: number; readonly y: number },
  picture: Size,
): View {
  const smallest = Math.min(SMALLEST_SIDE / Math.max(picture.width, picture.height), 1);
  const scale = Math.min(LARGEST, Math.max(smallest, view.scale * factor));
  const gain = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * gain, y: at.y - (at.y - view.y) * gain };
}

/** Moves the picture, of which a part always stays in sight. */
export function panned(view: View, dx: number, dy: number, viewport: Size, picture: Size): View {
  const keep = (offset: number, size: number, room: number): number => {
    const rest = Math.min(64, size / 2, room / 2);
    return Math.min(room - rest, Math.max(rest - size, offset));
  };
  return {
    scale: view.scale,
    x: keep(view.x + dx, picture.width * view.scale, viewport.width),
    y: keep(view.y + dy, picture.height * view.scale, viewport.height),
  };
}

/** The picture's place under a place of the screen, fractions and places outside included. */
export function toPicture(view: View, x: number, y: number): { x: number; y: number } {
  return { x: (x - view.x) / view.scale, y: (y - view.y) / view.scale };
}
