/** What the element is made of, and how it looks. Every piece has a part name, every colour a property. */

const STYLE = `
:host {
  display: inline-block;
  position: relative;
  max-width: 100%;
  line-height: 0;
  user-select: none;
  -webkit-user-select: none;
  --fastsam-hover: #fff;
  --fastsam-selected: #2f7cff;
  --fastsam-veil: 0.28;
  --fastsam-plus: #16a34a;
  --fastsam-minus: #dc2626;
}
:host([hidden]) {
  display: none;
}
img {
  display: block;
  max-width: 100%;
  height: auto;
}
:host([stretch]) {
  display: block;
}
:host([stretch]) img {
  width: 100%;
}
canvas {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  cursor: crosshair;
  outline-offset: 2px;
  touch-action: manipulation;
}
canvas[data-draws] {
  touch-action: none;
}
canvas[data-hit] {
  cursor: pointer;
}
canvas:focus-visible {
  outline: 3px solid var(--fastsam-selected);
}
[part=status] {
  position: absolute;
  left: 8px;
  bottom: 8px;
  max-width: calc(100% - 16px);
  box-sizing: border-box;
  padding: 4px 10px;
  border-radius: 999px;
  font: 13px/1.4 system-ui, sans-serif;
  color: #fff;
  background: rgb(20 20 24 / .78);
  pointer-events: none;
}
[part=status]:empty {
  display: none;
}
[part=status][data-error] {
  background: #b42318;
  border-radius: 8px;
}
[part=live] {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}
`;

/** The pieces of one element. */
export interface Pieces {
  readonly root: ShadowRoot;
  /** Part `image`. */
  readonly image: HTMLImageElement;
  /** Part `overlay`: what is hovered and selected; pointer and keys are heard here. */
  readonly overlay: HTMLCanvasElement;
  /** Part `status`: what is under way, or what went wrong. */
  readonly status: HTMLElement;
  /** Part `live`: what a screen reader says. */
  readonly live: HTMLElement;
}

/** Builds them; style sheets of a shadow root need no leave from a content security policy when they are constructed. */
export function buildShadow(host: HTMLElement): Pieces {
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const add = <K extends keyof HTMLElementTagNameMap>(
    tag: K,
    part: string,
    attributes: Readonly<Record<string, string>>,
  ) => {
    const piece = document.createElement(tag);
    for (const [name, value] of Object.entries({ part, ...attributes })) piece.setAttribute(name, value);
    root.append(piece);
    return piece;
  };
  return {
    root,
    image: add('img', 'image', { alt: '', draggable: 'false' }),
    overlay: add('canvas', 'overlay', {
      tabindex: '0',
      role: 'application',
      'aria-roledescription': 'image with objects',
    }),
    status: add('div', 'status', { role: 'status' }),
    live: add('div', 'live', { 'aria-live': 'polite' }),
  };
}
