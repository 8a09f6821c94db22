/** Looks up classes in the code of a TorchScript archive, and what they call. One pass over each file. */
import { invalid } from './byteView.js';
import type { Fact } from './moduleFacts.js';
import type { PickleObject } from './pickleValues.js';

/** A call `torch.op(…)` with its arguments; those that are no literals are '…'. */
export interface ScriptCall {
  readonly op: string;
  readonly args: readonly Fact[];
}

/** A class of YOLOv8x has some 4 KB. */
const MAX_FILE = 2 ** 20;
const MAX_TOTAL = 16 * 2 ** 20;
const MAX_ARGUMENTS = 64;

/** The classes of an archive. */
export class ScriptCode {
  readonly #read: (path: string) => string | undefined;
  readonly #files = new Map<string, ReadonlyMap<string, string>>();
  readonly #calls = new Map<string, readonly ScriptCall[] | undefined>();
  #total = 0;

  constructor(read: (path: string) => string | undefined) {
    this.#read = read;
  }

  /** What a class calls of `torch`, in order; undefined where it has no code. @param path `__torch__.a.b.Class`. */
  calls(path: string): readonly ScriptCall[] | undefined {
    if (!this.#calls.has(path)) {
      const text = this.#textOf(path);
      this.#calls.set(path, text === undefined ? undefined : callsIn(text));
    }
    return this.#calls.get(path);
  }

  /**
   * An activation that many blocks share lies in one of them; the others are handed it, by its class. Returns the path of
   * that class.
   */
  sharedActivation(module: PickleObject): string | undefined {
    if (module.className !== 'Conv') return undefined;
    const text = this.#textOf(`${module.moduleName}.${module.className}`) ?? '';
    const start = text.indexOf('def forward(');
    const end = text.indexOf('->', start);
    if (start < 0 || end < 0) return undefined;
    const typed = text.slice(start, end).split(',').slice(1);
    const paths = typed.map((parameter) => parameter.split(':').at(1)?.trim() ?? '');
    return paths.find((path) => path.startsWith('__torch__'));
  }

  #textOf(path: string): string | undefined {
    const dot = path.lastIndexOf('.');
    return this.#classes(path.slice(0, dot)).get(path.slice(dot + 1));
  }

  /** The classes of a file, each with its text. */
  #classes(module: string): ReadonlyMap<string, string> {
    const known = this.#files.get(module);
    if (known !== undefined) return known;
    const text = this.#read(`code/${module.replaceAll('.', '/')}.py`) ?? '';
    this.#total += text.length;
    if (text.length > MAX_FILE || this.#total > MAX_TOTAL) {
      throw invalid(`checkpoint: its TorchScript code has more than ${MAX_FILE} characters a file; refused`);
    }
    const classes = new Map<string, string>();
    for (const part of `\n${text}`.split('\nclass ').slice(1)) {
      const end = part.indexOf('(');
      if (end > 0) classes.set(part.slice(0, end), part);
    }
    this.#files.set(module, classes);
    return classes;
  }
}

const CALL = 'torch.';
const NAME = /[A-Za-z0-9_]/;

function callsIn(text: string): ScriptCall[] {
  const calls: ScriptCall[] = [];
  for (let at = text.indexOf(CALL); at >= 0; at = text.indexOf(CALL, at + CALL.length)) {
    if (at > 0 && (NAME.test(text[at - 1]) || text[at - 1] === '.')) continue;
    let end = at + CALL.length;
    while (end < text.length && NAME.test(text[end])) end++;
    if (text[end] === '(') calls.push({ op: text.slice(at + CALL.length, end), args: argumentsAt(text, end + 1) });
  }
  return calls;
}

/** The arguments from behind an opening bracket on, inner calls being one argument; at most a line. */
function argumentsAt(code: string, start: number): Fact[] {
  const args: string[] = [];
  const text = code.slice(start, start + MAX_CALL);
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length && args.length < MAX_ARGUMENTS; at++) {
    const letter = text[at];
    if (letter === '\n') break;
    if (letter === '(' || letter === '[') depth++;
    else if (depth > 0 && (letter === ')' || letter === ']')) depth--;
    else if (depth === 0 && (letter === ',' || letter === ')')) {
      args.push(text.slice(from, at).trim());
      from = at + 1;
      if (letter === ')') break;
    }
  }
  return args.map(literal);
}

/** Longest call that is read, in characters; keeps the whole linear. */
const MAX_CALL = 400;

/** Python's literals; anything else is '…'. */
function literal(text: string): Fact {
  if (text === 'True' || text === 'False') return text === 'True';
  if (text.startsWith('[') && text.endsWith(']')) return text.slice(1, -1).split(',').map(number);
  if (text.startsWith('"') && text.endsWith('"')) return text.slice(1, -1);
  const value = number(text);
  return Number.isNaN(value) ? '…' : value;
}

/** `5`, `2.`, `0.1`, `-1`; NaN for anything else. */
function number(text: string): number {
  const trimmed = text.trim();
  return trimmed === '' || trimmed.length > 40 ? NaN : Number(trimmed);
}
