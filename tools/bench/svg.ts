/** Bar charts as SVG, for the documents. */

/** One bar: a median with its quartiles. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Ours stand out. */
  readonly ours: boolean;
}

/** Bars with one scale, starting at zero. */
export interface Panel {
  readonly title: string;
  /** Behind every number: `ms`. */
  readonly unit: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 860;
const LABELS = 270;
const NUMBERS = 90;
const BAR = { height: 16, step: 22 };
const TITLE = 34;
const MARGIN = 16;
const COLOUR = { ours: '#1f77b4', peer: '#b8bec6', text: '#1d2330', whisker: '#5b6472', paper: '#ffffff' };
const FONT = 'font-family="Helvetica, Arial, sans-serif" font-size="13"';

/** The panels below each other. */
export function barChart(panels: readonly Panel[]): string {
  let top = MARGIN;
  const parts = panels.map((panel) => {
    const part = drawPanel(panel, top);
    top += TITLE + panel.bars.length * BAR.step + MARGIN;
    return part;
  });
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(top)}" width="${String(WIDTH)}" height="${String(top)}" ${FONT} fill="${COLOUR.text}">`;
  const paper = `<rect width="${String(WIDTH)}" height="${String(top)}" fill="${COLOUR.paper}"/>`;
  return [head, paper, ...parts, '</svg>', ''].join('\n');
}

function drawPanel({ title, unit, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ high }) => high), Number.MIN_VALUE);
  const scale = (WIDTH - 2 * MARGIN - LABELS - NUMBERS) / longest;
  const heading = `<text x="${String(MARGIN)}" y="${String(top + 18)}" font-weight="bold">${escapeXml(title)}</text>`;
  return [heading, ...bars.map((bar, i) => drawBar(bar, unit, top + TITLE + i * BAR.step, scale))].join('\n');
}

function drawBar({ label, value, low, high, ours }: Bar, unit: string, top: number, scale: number): string {
  const left = MARGIN + LABELS;
  const at = (v: number): string => (left + v * scale).toFixed(1);
  const middle = top + BAR.height / 2;
  const baseline = (middle + 4.5).toFixed(1);
  return [
    `<text x="${String(left - 8)}" y="${baseline}" text-anchor="end">${escapeXml(label)}</text>`,
    `<rect x="${String(left)}" y="${String(top)}" width="${(value * scale).toFixed(1)}" height="${String(BAR.height)}" fill="${ours ? COLOUR.ours : COLOUR.peer}"/>`,
    `<path d="M${at(low)} ${String(middle)}H${at(high)}" stroke="${COLOUR.whisker}" stroke-width="2"/>`,
    `<text x="${(left + Math.max(value, high) * scale + 8).toFixed(1)}" y="${baseline}">${escapeXml(numberText(value))} ${escapeXml(unit)}</text>`,
  ].join('\n');
}

function numberText(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
