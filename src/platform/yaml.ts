/**
 * YAML texts, which are untrusted: size, depth and references are bounded before anything is built, syntax errors are
 * errors, and no key may occur twice.
 */
import { Composer, CST, isNode, isScalar, Lexer, LineCounter, Parser, visit, type Document, type YAMLMap } from 'yaml';
import { FastSAMError, invalidArgument } from '../errors.js';

/** Characters; the longest list of class names that is known has 60,000. */
const MOST_CHARACTERS = 1 << 20;
/** Levels of lists and mappings. The package builds values by recursion. */
const MOST_LEVELS = 40;
/** The package looks through the whole text for the target of each. */
const MOST_ALIASES = 50;
const LONGEST_REASON = 150;

/**
 * The value that a YAML text stands for; an empty text is null. See `Platform.parseYaml`.
 * @throws FastSAMError `INVALID_ARGUMENT` with line and column for syntax errors and repeated keys, and for texts that are
 *   too long, too deep or of several documents.
 */
export function parseYaml(text: string): unknown {
  if (text.length > MOST_CHARACTERS) {
    throw invalidArgument(`YAML: got ${text.length} characters, expected at most ${MOST_CHARACTERS}`);
  }
  const lines = new LineCounter();
  const documents = composed(text, lines);
  if (documents.length > 1) {
    throw wrong('got a second document, expected one', documents[1].range[0], lines);
  }
  const [document] = documents;
  const error = [...document.errors, ...document.warnings].at(0);
  if (error !== undefined) throw wrong(error.message, error.pos[0], lines);
  checkNodes(document, lines);
  try {
    return document.toJS() as unknown;
  } catch (error) {
    throw invalidArgument(`YAML: ${short(error instanceof Error ? error.message : String(error))}`, { cause: error });
  }
}

/** The documents of a text, built only as deep as allowed. */
function composed(text: string, lines: LineCounter): Document.Parsed[] {
  // The package's own check for repeated keys compares each with all before it.
  const composer = new Composer({ uniqueKeys: false, logLevel: 'error' });
  const documents: Document.Parsed[] = [];
  for (const token of tokensOf(text, lines)) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  return documents;
}

function* tokensOf(text: string, lines: LineCounter): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let aliases = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (CST.tokenType(lexeme) === 'alias' && ++aliases > MOST_ALIASES) {
      throw wrong(`got more than ${MOST_ALIASES} references`, parser.offset, lines);
    }
    yield* parser.next(lexeme);
    if (parser.stack.length > MOST_LEVELS) {
      throw wrong(`got more than ${MOST_LEVELS} levels of lists and mappings`, parser.offset, lines);
    }
  }
  yield* parser.end();
}

/** What the package leaves to the reader: repeated keys, and references to nothing or to themselves. */
function checkNodes(document: Document.Parsed, lines: LineCounter): void {
  const anchors = new Set<string>();
  visit(document, {
    Alias(_, { source, range }, path) {
      const inside = path.some((above) => isNode(above) && 'anchor' in above && above.anchor === source);
      if (anchors.has(source) && !inside) return;
      throw wrong(
        `got *${source.slice(0, LONGEST_REASON)}, expected an anchor that ends before`,
        range?.[0] ?? 0,
        lines,
      );
    },
    Value(_, { anchor }) {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Map(_, map) {
      if (map.anchor !== undefined) anchors.add(map.anchor);
      requireUniqueKeys(map, lines);
    },
  });
}

function requireUniqueKeys(map: YAMLMap, lines: LineCounter): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) {
      throw wrong(`got the key ${JSON.stringify(name.slice(0, LONGEST_REASON))} twice`, key.range?.[0] ?? 0, lines);
    }
    seen.add(name);
  }
}

function wrong(message: string, offset: number, lines: LineCounter): FastSAMError {
  const { line, col } = lines.linePos(offset);
  return invalidArgument(`YAML: line ${line}, column ${col}: ${short(message)}`);
}

/** The first line of a message of the package, which repeats parts of the text at any length. */
function short(message: string): string {
  return message.split('\n')[0].slice(0, LONGEST_REASON);
}
