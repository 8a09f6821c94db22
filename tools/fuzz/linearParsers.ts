/** Every parser of text that comes from elsewhere, with texts that are hard for it, of any length. */
import { parseManifest } from '../../src/batch/identity.js';
import { parseJob } from '../../src/cli/batch/queueJob.js';
import { repairMojibake } from '../../src/clip/text/mojibake.js';
import { loadTokenizer } from '../../src/clip/text/tokenizer.js';
import { encodeModel } from '../../src/export/onnx/modelProto.js';
import { parseRecord } from '../../src/batch/records.js';
import { imageFiles } from '../../src/evaluate/coco/file.js';
import { parseYoloLabels } from '../../src/evaluate/yolo/labels.js';
import { findSplit } from '../../src/evaluate/yolo/splitFiles.js';
import { describeFormat } from '../../src/image/format.js';
import { inferArchitecture } from '../../src/model/check.js';
import { parsePrompt } from '../../src/prompt/parse.js';
import { unpackCounts } from '../../src/mask/rleString.js';
import { parseSize } from '../../src/options/kinds.js';
import { nodePlatform } from '../../src/platform/node.js';
import { wheelLink } from '../../src/platform/native/fetchWheel.js';
import { usePlatform } from '../../src/platform/platform.js';
import { isVideoName } from '../../src/source/inputs.js';
import { compareNaturally } from '../../src/source/naturalOrder.js';
import { checkServedVideo } from '../../src/source/playlists.js';
import { readImage } from '../../src/source/readImage.js';
import { isUrl } from '../../src/source/url.js';
import { parseWorldFile } from '../../src/studies/buildings/geojson.js';
import { readRun } from '../../src/studies/records.js';
import { readHints } from '../../src/studies/shared/hints.js';
import { printable } from '../../src/text/printable.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { factsOfStrings } from '../../src/weights/checkpointStrings.js';
import { scanJsonHeader } from '../../src/weights/jsonHeader.js';
import { unpickle } from '../../src/weights/pickle.js';
import { pythonNames, pythonSize } from '../../src/weights/pythonLiterals.js';
import { ScriptCode } from '../../src/weights/torchScriptCode.js';
import { withoutWrapper } from '../../src/weights/wrappers.js';
import { safetensorsFile, torchZip } from './checkpointArchive.js';
import { pickled, type Picklable } from './pickleWriter.js';

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
  'digits and a letter': repeated('9', '', 'x'),
  letters: repeated('a'),
  dots: repeated('.', '', 'x'),
  slashes: repeated('/', '', 'x'),
  'question marks': repeated('?', '', '\nx'),
  brackets: repeated('['),
  quotes: repeated("'"),
  backslashes: repeated('\\', "'"),
  lines: repeated('\n'),
  commas: repeated('1,'),
};

const onnx = (metadata: Readonly<Record<string, string>>): Uint8Array =>
  encodeModel({ name: 'g', opset: 18, producer: 'p', nodes: [], initializers: [], inputs: [], outputs: [], metadata });

/** As many units as fit into the length, each with its number. */
const numbered =
  (unit: (i: number) => string, size: number, between = ''): Text =>
  (length) =>
    Array.from({ length: Math.ceil(length / size) }, (_, i) => unit(i)).join(between);

/** Checkpoints with as many parts as lines in the text, called as the lines are. */
const onnxNodes = (text: string): Uint8Array =>
  encodeModel({
    ...{ name: 'g', opset: 18, producer: 'p', initializers: [], inputs: [], outputs: [], metadata: {} },
    nodes: text
      .split('\n')
      .map((name) => ({ name, op: 'Relu', inputs: [name], outputs: [`${name}o`], attributes: {} })),
  });
const tensorsOf = (text: string): Uint8Array => {
  const entries = new Set(text.split('\n'));
  const entry = { dtype: 'F32', shape: [0], data_offsets: [0, 0] };
  return safetensorsFile(JSON.stringify(Object.fromEntries([...entries].map((name) => [name, entry]))));
};
const stateDict = (text: string): Uint8Array => {
  const entries = text.split('\n').map((name): [Picklable, Picklable] => [name, name]);
  return torchZip(pickled(new Map(entries)));
};
async function networkIn(bytes: Uint8Array): Promise<void> {
  const { tensors, metadata } = await readCheckpoint(bytes);
  inferArchitecture(tensors, metadata);
}
const layerNames = numbered((i) => `model.${i % 22}.cv${i}.conv.weight`, 24, '\n');

/** A platform on which every file and every page is this text, and no host is private. */
function withText<T>(text: string, read: () => Promise<T>): Promise<T> {
  usePlatform({
    ...nodePlatform,
    readFile: () => Promise.resolve(bytesOf(text)),
    stat: (path) => Promise.resolve({ kind: path.endsWith('.txt') ? 'file' : 'other', size: text.length }),
    fetch: () => Promise.resolve(new Response(text)),
    isPrivateHost: () => Promise.resolve(false),
  });
  return read().finally(() => {
    usePlatform(nodePlatform);
  });
}

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
  ['safetensors file', (text) => networkIn(tensorsOf(text)), { names: layerNames }],
  ['state dict', (text) => networkIn(stateDict(text)), { names: layerNames }],
  ['ONNX nodes', (text) => networkIn(onnxNodes(text)), { names: layerNames }],
  ['YOLO labels', parseYoloLabels, { rows: repeated('0 .5 .5 .1 .1\n'), outline: repeated('.5 .5 ', '0 ') }],
  ['list of images', (text) => withText(text, () => findSplit(['/data'], ['list.txt'], 'x')), {
    lines: numbered((i) => `./images/${i}.jpg`, 16, '\n'), endings: repeated('.jpg'), steps: repeated('../', '', '.jpg'),
  }],
  ['COCO file_name', (text) => imageFiles([{ id: 1, file_name: text }], PRESENT), { steps: repeated('a/'), backslashes: repeated('a\\') }],
  ['COCO coco_url', (text) => imageFiles([{ id: 1, coco_url: text }], PRESENT), { steps: repeated('a/') }],
  ['COCO images', (text) => imageFiles(text.split('\n').map((file_name, id) => ({ id, file_name })), PRESENT), { names: numbered((i) => `${i}/b.jpg`, 8, '\n') }],
  ['hints', (text) => withText(text, () => readHints('hints.txt', new Set(['a']))), { points: (n) => `{"a":{"points":[${Array.from({ length: n / 6 }, () => '[1,2]').join()}]}}` }],
  ['COCO RLE', unpackCounts, { counts: repeated('1'), long: repeated('o') }],
  ['image size', parseSize, {}],
  ['world file', (text) => parseWorldFile(text, 'x'), { numbers: repeated('1.0\n') }],
  ['batch record', parseRecord, { record: repeated('"a",', '{"key":[') }],
  ['batch manifest', (text) => parseManifest(text, 'x'), { formats: repeated('"png",', '{"identity":{"formats":["a",', '"a"]}}') }],
  ['queue job', (text) => parseJob({ ...JOB, item: { key: text, input: text, stem: text } }), { steps: repeated('../') }],
  ['study records', (text) => readRun(bytesOf(`${STUDY}\n${text}\n`), 'x'), { lines: numbered((i) => `{"key":"${i}"}`, 14, '\n') }],
  ['names in order', (text) => compareNaturally(`${text}1`, `${text}2`), { parts: repeated('a1'), zeros: repeated('0') }],
  ['address', (text) => [isUrl(text), isVideoName(text)], { schemes: repeated('http://'), data: repeated('a', 'data:'), types: repeated('a/', 'data:') }],
  ['data URL', (text) => readImage(`data:image/png,${text}`), { escapes: repeated('%41'), percents: repeated('%') }],
  ['image header', (text) => describeFormat(bytesOf(text)), { xml: repeated('<?xml') }],
  ['message', printable, {
    'dots behind a URL': repeated('.', 'http://a/', 'x'), schemes: repeated('http://'), words: repeated(`${'a'.repeat(300)} `),
    controls: repeated('\u001b[1m'), query: repeated('a=b&', 'http://a/?'), at: repeated('@', 'http://'),
  }],
  ['playlist', (text) => withText(text, () => checkServedVideo('http://outside.test/list')), {
    'DASH, letters': repeated('a', '<MPD '), 'DASH, addresses': repeated('http://a/ ', '<MPD '), 'HLS, keys': repeated('URI="', '#EXTM3U\n'),
    'HLS, lines': repeated('1.ts\n', '#EXTM3U\n'), 'HLS, lists': numbered((i) => (i === 0 ? '#EXTM3U' : `${i}.m3u8`), 11, '\n'),
  }],
  ['wheel page', (text) => wheelLink(text, 'x.whl'), {
    blanks: repeated(' ', '<a href="">', 'x'), anchors: repeated('<a href="x">'), open: repeated('<a '), fragment: repeated('#', '<a href="', '\n">x.whl</a>'), tags: repeated('<a href="a">x</a>'),
  }],
  ['mojibake', repairMojibake, { misread: repeated('Ã©'), mixed: repeated('â€™a'), 'one after another': repeated('Â', '', '©') }],
  ['tokens of a text', async (text) => (await loadTokenizer()).encode(text), {
    references: repeated('&amp;'), ampersands: repeated('&'), number: repeated('9', '&#'), hearts: repeated('❤'), misread: repeated('Â', '', '©'), escapes: repeated('\u001b[1'),
  }],
  ['prompt', (text) => parsePrompt(JSON.parse(`{"points":[${text}]}`) as never), { points: (n) => Array.from({ length: n / 8 }, () => '[1,2]').join() }],
  // Last: where its parser fails, it ends the process.
  ['YAML', (text) => nodePlatform.parseYaml?.(text), { keys: (n) => Array.from({ length: n / 8 }, (_, i) => `k${i}: 1`).join('\n') }],
]; // prettier-ignore

const PRESENT = { path: 'x', folder: '/data', present: ['a.jpg', 'val2017/b.jpg'] };
const STUDY = '{"format":"fastsam-study","version":1,"study":"x","model":"x","hash":"x","identity":{}}';
const JOB = {
  ...{
    task: { out: '/out', clean: true, largest: false, options: {}, formats: ['png'] },
    optionsHash: 'x',
    signature: 'x',
  },
  spec: { model: 'demo', device: 'auto', precision: 'auto' },
};
const never = { dtype: 'float32' as const, shape: [1], toFloat32: () => new Float32Array(1) };

/** Every pair of parser and text. */
export function linearCases(): LinearCase[] {
  usePlatform(nodePlatform);
  return PARSERS.flatMap(([name, run, texts]) =>
    Object.entries({ ...COMMON, ...texts }).map(([kind, text]) => ({ name: `${name}, ${kind}`, text, run })),
  );
}
