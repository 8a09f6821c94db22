/** The messages of the source, found by TypeScript's own parser, and what they advise. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { repository } from './paths.js';

/** A text of the source. */
export interface Message {
  readonly file: string;
  /** With `{}` in the place of values. */
  readonly text: string;
  /** Whether it is the text of an option or a command, which help and pages show. */
  readonly isHelp: boolean;
}

/** Every text of a file; parts that are joined with + are one text. */
export function textsOf(file: string, code: string): Message[] {
  const found: Message[] = [];
  const visit = (node: ts.Node, within: boolean): void => {
    const isHelp = within || (ts.isPropertyAssignment(node) && HELP.has(node.name.getText()));
    const text = textOf(node);
    if (text !== undefined) found.push({ file, text, isHelp });
    for (const child of text === undefined ? childrenOf(node) : valuesIn(node)) visit(child, isHelp);
  };
  visit(ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true), false);
  return found;
}

/** Members of options and commands that are shown by help and pages. */
const HELP: ReadonlySet<string> = new Set(['text', 'otherwise', 'help', 'description', 'summary', 'licence']);

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}

/** What stands in the places of a text. */
function valuesIn(node: ts.Node): ts.Node[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  return ts.isBinaryExpression(node) ? [...valuesIn(node.left), ...valuesIn(node.right)] : [];
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('');
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

/** What a message says after its first semicolon: what to do. */
export const adviceOf = (text: string): string => text.split('; ').slice(1).join('; ');

/** All texts of `src`. */
export function messagesOfSource(): readonly Message[] {
  const source = repository('src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => textsOf(name, readFileSync(join(source, name), 'utf8')));
}

/** Those with advice. Code and schemas that are kept in a text are no messages. */
export function withAdvice(messages: readonly Message[]): readonly Message[] {
  return messages.filter(
    ({ text }) => adviceOf(text) !== '' && !/await import\(|globalThis|syntax = "proto/.test(text),
  );
}
