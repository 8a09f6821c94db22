/** What the files of `src` import, read from their text. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** How one file refers to another: for its types only, when it starts, or when it is called. */
export type ImportKind = 'type' | 'static' | 'dynamic';

/** One import. */
export interface Import {
  /** Path of the importing file below `src`, with `/`. */
  readonly from: string;
  /** Path below `src` for our own files, else the specifier (`node:fs`, `@tensorflow/tfjs`). */
  readonly to: string;
  readonly kind: ImportKind;
}

/** The folder `src`. */
export const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));

/** Every TypeScript file below `src`, with `/`. */
export function sourceFiles(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
}

/** All imports and re-exports of a file, `import()` included. */
export function importsOf(from: string, text = readFileSync(join(SOURCE, from), 'utf8')): Import[] {
  const file = ts.createSourceFile(from, text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, kind: ImportKind) => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ from, to: resolve(from, specifier.text), kind });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node) ? 'type' : 'static');
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node) ? 'type' : 'static');
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'type');
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], 'dynamic');
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Own files go by their path below `src`, the way the compiler finds them. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return join(dirname(from), specifier).replaceAll('\\', '/').replace(/\.js$/, '.ts');
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = importClause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly);
}

function isTypeExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true;
  if (!exportClause || !ts.isNamedExports(exportClause)) return false;
  return exportClause.elements.length > 0 && exportClause.elements.every((each) => each.isTypeOnly);
}

/** The floor of a file: its first folder, or for files of `src` itself its name without ending. */
export function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/(\.browser)?\.ts$/, '');
}

/** Files that come with a file when it is imported: itself and what it imports statically, to the end. */
export function closureOf(entry: string, imports: ReadonlyMap<string, readonly Import[]>): Set<string> {
  const seen = new Set<string>();
  const waiting = [entry];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const { to, kind } of imports.get(next) ?? []) if (kind === 'static') waiting.push(to);
  }
  return seen;
}

/**
 * Groups of nodes that reach each other, largest first (Tarjan 1972).
 * @param edges the nodes that each node points to.
 */
export function knots(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.get(node) ?? 0);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(node) !== order.get(node)) return;
    const knot = stack.splice(stack.indexOf(node));
    if (knot.length > 1) found.push(knot.sort());
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return found.sort((a, b) => b.length - a.length);
}
