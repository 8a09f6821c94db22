/** Pointer and keys of a page, as a controller takes them. */
import type { PointerKind } from '../interact/input.js';
import type { Interaction } from '../interact/interaction.js';

/** Pixels of the page within which a place counts as the same. */
const REACH = 5;

/** What is listened for. */
interface Heard {
  readonly interaction: () => Interaction | undefined;
  /** Size of the image in pixels. */
  readonly size: () => { readonly width: number; readonly height: number };
}

/** Listens on a canvas that covers the image, for as long as the canvas lives. */
export function listen(canvas: HTMLCanvasElement, { interaction, size }: Heard): void {
  const tell = (kind: PointerKind, event: PointerEvent | MouseEvent): void => {
    const target = interaction();
    const { left, top, width, height } = canvas.getBoundingClientRect();
    if (!target || width === 0 || height === 0) return;
    const image = size();
    target.reach = (REACH * image.width) / width;
    target.pointer(
      kind,
      ((event.clientX - left) * image.width) / width,
      ((event.clientY - top) * image.height) / height,
      event,
    );
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (!event.isPrimary) return;
    if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
    tell('down', event);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (event.isPrimary) tell(event.buttons === 0 ? 'hover' : 'move', event);
  });
  canvas.addEventListener('pointerup', (event) => {
    if (event.isPrimary) tell('up', event);
  });
  canvas.addEventListener('pointercancel', (event) => {
    tell('cancel', event);
  });
  canvas.addEventListener('pointerleave', (event) => {
    tell('leave', event);
  });
  canvas.addEventListener('contextmenu', (event) => {
    event.preventDefault(); // the right button takes away
  });
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (!event.altKey || event.deltaY === 0) return;
      event.preventDefault();
      interaction()?.cycle(event.deltaY < 0 ? 1 : -1);
    },
    { passive: false },
  );
  canvas.addEventListener('keydown', (event) => {
    if (interaction()?.key(event)) event.preventDefault();
  });
}
