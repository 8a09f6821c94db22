/** Every parser of text that comes from elsewhere, with texts that are hard for it, of any length. */
import { repairMojibake } from '../../src/clip/text/mojibake.js';
import { loadTokenizer } from '../../src/clip/text/tokenizer.js';
import { encodeModel } from '../../src/export/onnx/modelProto.js';
import { parseRecord } from '../../src/batch/records.js';
import { parseYoloLabels } from '../../src/evaluate/yolo/labels.js';
import { parsePrompt } from '../../src/prompt/parse.js';
import { unpackCounts } from '../../src/mask/rleString.js';
import { parseSize } from '../../src/options/kinds.js';
import { nodePlatform } from '../../src/platform/node.js';
import { wheelLink } from '../../src/platform/native/fetchWheel.js';
import { usePlatform } from '../../src/platform/platform.js';
import { parseWorldFile } from '../../src/studies/buildings/geojson.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { factsOfStrings } from '../../src/weights/checkpointStrings.js';
import { scanJsonHeader } from '../../src/weights/jsonHeader.js';
import { unpickle } from '../../src/weights/pickle.js';
import { pythonNames, pythonSize } from '../../src/weights/pythonLiterals.js';
import { ScriptCode } from '../../src/weights/torchScriptCode.js';
import { withoutWrapper } from '../../src/weights/wrappers.js';

/** A text of about `length` characters. */
type Text = (length: number) => string;

/** A parser, and what is hard for it. */
export interface LinearCase {
  readonly name: string;
  readonly text: Text;
  readonly run: (text: string) => unknown;
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** A unit over and over, between two ends. */
const repeated =
  (unit: string, start = '', end = ''): Text =>
  (length) =>
    start + unit.repeat(Math.ceil(length / unit.length)) + end;

/** Texts that make expressions backtrack, for parsers of any notation. */
const COMMON: Readonly<Record<string, Text>> = {
  blanks: repeated(' ', '', 'x'),
  digits: repeated('9'),
  brackets: repeated('['),
  quotes: repeated("'"),
  backslashes: repeated('\\', "'"),
  lines: repeated('\n'),
  commas: repeated('1,'),
};

const onnx = (metadata: Readonly<Record<string, string>>): Uint8Array =>
  encodeModel({ name: 'g', opset: 18, producer: 'p', nodes: [], initializers: [], inputs: [], outputs: [], metadata });

const PARSERS: readonly [name: string, run: (text: string) => unknown, texts: Readonly<Record<string, Text>>][] = [
  ['pythonSize', pythonSize, { 'open bracket': repeated(' ', '[') }],
  ['pythonNames', pythonNames, { blanks: repeated(' ', '{0'), entries: repeated("1: 'a', ", '{'), open: repeated('a', "{0: '") }],
  ['ONNX metadata', (text) => readCheckpoint(onnx({ imgsz: text, names: text })), { names: repeated("1: 'a', ", '{') }],
  ['facts of safetensors', (text) => factsOfStrings({ imgsz: text, names: text, conf: text }), { names: repeated('"1":"a",', '{') }],
  ['safetensors header', (text) => scanJsonHeader(bytesOf(text)), { keys: (n) => `{${Array.from({ length: n / 12 }, (_, i) => `"k${i}":[0]`).join()}}`, open: repeated('{"a":', '') }],
  ['pickle', (text) => unpickle(bytesOf(text)), {
    marks: repeated('('), lists: repeated(']'), integers: repeated(`\u008a\u0020${'\u007f'.repeat(32)}`),
    lines: repeated('I123456789\n'), texts: repeated("S'\\\\x41'\n"), unicode: repeated('V\\u0041\n'),
  }],
  ['TorchScript code', (text) => new ScriptCode(() => text).calls('__torch__.a.B'), {
    calls: repeated('torch.f(', 'class B('), classes: repeated('\nclass B(', ''), names: repeated('torch.'),
  }],
  ['names of tensors', (text) => withoutWrapper(new Map(text.split('|').map((name) => [name, never]))), {
    names: (n) => Array.from({ length: n / 16 }, (_, i) => `a.b.c.model.${i % 9}.x${i}`).join('|'),
  }],
  ['YOLO labels', parseYoloLabels, { rows: repeated('0 .5 .5 .1 .1\n'), outline: repeated('.5 .5 ', '0 ') }],
  ['COCO RLE', unpackCounts, { counts: repeated('1'), long: repeated('o') }],
  ['image size', parseSize, {}],
  ['world file', (text) => parseWorldFile(text, 'x'), { numbers: repeated('1.0\n') }],
  ['batch record', parseRecord, { record: repeated('"a",', '{"key":[') }],
  ['wheel page', (text) => wheelLink(text, 'x.whl'), {
    blanks: repeated(' ', '<a href="">', 'x'), anchors: repeated('<a href="x">'), open: repeated('<a '), tags: repeated('<a href="a">x</a>'),
  }],
  ['mojibake', repairMojibake, { letters: repeated('Ã©'), mixed: repeated('â€™a') }],
  ['tokens of a text', async (text) => (await loadTokenizer()).encode(text), { references: repeated('&amp;'), letters: repeated('a'), hearts: repeated('❤') }],
  ['prompt', (text) => parsePrompt(JSON.parse(`{"points":[${text}]}`) as never), { points: (n) => Array.from({ length: n / 8 }, () => '[1,2]').join() }],
  // Last: where its parser fails, it ends the process.
  ['YAML', (text) => nodePlatform.parseYaml?.(text), { keys: (n) => Array.from({ length: n / 8 }, (_, i) => `k${i}: 1`).join('\n') }],
]; // prettier-ignore

const never = { dtype: 'float32' as const, shape: [1], toFloat32: () => new Float32Array(1) };

/** Every pair of parser and text. */
export function linearCases(): LinearCase[] {
  usePlatform(nodePlatform);
  return PARSERS.flatMap(([name, run, texts]) =>
    Object.entries({ ...COMMON, ...texts }).map(([kind, text]) => ({ name: `${name}, ${kind}`, text, run })),
  );
}
