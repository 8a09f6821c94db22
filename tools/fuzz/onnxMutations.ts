/** Damage to ONNX files: their graph, its texts, its numbers. */
import { concat } from './checkpointArchive.js';
import type { Random } from './random.js';

/** Texts that readers stumble over. */
const HOSTILE = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  '\u001b[2J',
  '\n',
  '../../x',
  'model.',
  'model.99999999999.conv.weight',
  'Relu',
  'DequantizeLinear',
  'LeakyRelu',
  'images',
  ' '.repeat(5_000),
  '['.repeat(5_000),
  '\\'.repeat(5_001),
  '{0: '.repeat(1_000),
  '9'.repeat(5_000),
];

/** Whether bytes begin as an ONNX model. */
export function isOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && bytes[1] > 0 && bytes[1] < 0x20;
}

/** Replaces some of a file's texts (names, operations, attributes, metadata) by hostile ones, lengths adjusted or not. */
export function hostileTexts(bytes: Uint8Array, random: Random): Uint8Array {
  let out: Uint8Array = Uint8Array.from(bytes);
  const texts = textsIn(out);
  if (texts.length === 0) return out;
  for (let i = 0, edits = 1 + random.below(4); i < edits; i++) {
    const { start, length } = random.pick(texts);
    if (start + length > out.length) continue;
    const text = new TextEncoder().encode(random.pick(HOSTILE));
    if (random.below(2) === 0) {
      // In place: lengths stay true.
      for (let at = 0; at < length; at++) out[start + at] = text[at % Math.max(1, text.length)] ?? 0x20;
    } else {
      out = concat([out.subarray(0, start - 1), Uint8Array.of(text.length & 0x7f), text, out.subarray(start + length)]);
    }
  }
  return out;
}

/** Appends metadata as a further field of the model. */
export function hostileMetadata(bytes: Uint8Array, random: Random): Uint8Array {
  const field = (tag: number, content: Uint8Array): Uint8Array =>
    concat([Uint8Array.of(tag), varint(content.length), content]);
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const key = random.pick(['imgsz', 'names', 'task', 'description', '__proto__', 'stride']);
  const value = random.pick(HOSTILE) + random.pick(HOSTILE);
  return concat([bytes, field(0x72, concat([field(0x0a, text(key)), field(0x12, text(value))]))]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

/** Runs of letters behind a byte that is their length. */
function textsIn(bytes: Uint8Array): { start: number; length: number }[] {
  const texts: { start: number; length: number }[] = [];
  for (let at = 0; at + 1 < bytes.length; at++) {
    const length = bytes[at];
    if (length < 3 || length > 100 || at + length >= bytes.length) continue;
    const run = bytes.subarray(at + 1, at + 1 + length);
    if (!run.every((byte) => byte >= 0x20 && byte < 0x7f)) continue;
    texts.push({ start: at + 1, length });
    at += length;
  }
  return texts;
}
