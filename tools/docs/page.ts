/** What the checks of the docs read from a Markdown page: links, anchors, code. */
import GithubSlugger from 'github-slugger';
import MarkdownIt, { type Token } from 'markdown-it';

/** Where a link, an image or an HTML attribute leads. Lines count from 1. */
export interface Link {
  readonly line: number;
  readonly href: string;
}

/** A fenced block, an indented block or a span of code. Lines count from 1. */
export interface Code {
  readonly line: number;
  readonly text: string;
}

/** A Markdown page, as far as the checks need it. */
export interface Page {
  readonly links: readonly Link[];
  /** Names that `#name` may lead to: headings as GitHub spells them, and ids of HTML. */
  readonly anchors: ReadonlySet<string>;
  readonly code: readonly Code[];
}

/** Reads a page of CommonMark with tables. */
export function readPage(markdown: string): Page {
  const tokens = new MarkdownIt({ html: true }).parse(markdown, {});
  const links: Link[] = [];
  const code: Code[] = [];
  const anchors = new Set<string>();
  const slugger = new GithubSlugger();
  let line = 1;
  tokens.forEach((token, index) => {
    if (token.map) line = token.map[0] + 1; // cells of a table have none: they are in the line of their row
    if (token.type === 'heading_open') anchors.add(slugger.slug(plainText(tokens[index + 1])));
    if (token.type === 'fence') code.push({ line: line + 1, text: token.content });
    if (token.type === 'code_block') code.push({ line, text: token.content });
    for (const part of [token, ...(token.children ?? [])]) {
      const href = part.type === 'image' ? part.attrGet('src') : part.attrGet('href');
      if (href !== null) links.push({ line, href });
      if (part.type === 'code_inline') code.push({ line, text: part.content });
      if (!part.type.startsWith('html_')) continue;
      for (const [, name, value] of part.content.matchAll(/\b(id|name|href|src)="([^"]+)"/g)) {
        if (name === 'id' || name === 'name') anchors.add(value);
        else links.push({ line, href: value });
      }
    }
  });
  return { links, anchors, code };
}

/** The text of a heading, without marks. */
function plainText({ children, content }: Token): string {
  return children?.map((part) => part.content).join('') ?? content;
}
