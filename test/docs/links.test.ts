/** `npm run docs:links` finds what leads nowhere, and nothing else. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenLinks } from '../../tools/docs/links.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'docs-links-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

test('links, anchors and paths that are there', () => {
  write({
    'README.md': [
      '# Title',
      '[page](docs/page.md), [heading](docs/page.md#size-of-imgsz), [below](#title), [folder](docs/), [host](https://a.example/x)',
      '<img src="docs/plot.svg"> ![plot](docs/plot.svg) [again](docs/page.md#size-of-imgsz-1) [marked](docs/page.md#mark)',
      '`src/run.ts`, `npx vitest run test/track/mot`, `src/{a,b}.ts`, `model/run.ts`, `run.ts`, `out/made.json`, `photos/test/x.png`',
    ].join('\n\n'),
    'docs/page.md': '## Size of `imgsz`\n\n<a id="mark"></a>\n\n## Size of `imgsz`\n\n[up](../README.md)',
    'docs/plot.svg': '',
    'src/run.ts': '/** See docs/page.md. */',
    'src/model/run.ts': '',
    'test/track/motion.test.ts': '',
    'node_modules/x/README.md': '[gone](gone.md)',
  });
  expect(brokenLinks(root)).toEqual([]);
});

test('a file, a heading, an image and a path that are not there', () => {
  write({
    'README.md': [
      '# Title',
      '[page](docs/gone.md)',
      '| a |\n| --- |\n| [heading](docs/page.md#gone) |',
      '![plot](gone.svg)',
      '```sh\nnpx tsx tools/here.ts\nnpx tsx tools/gone.ts\n```',
      '`src/gone/` `model/gone.ts`',
    ].join('\n\n'),
    'docs/page.md': '# Page',
    'tools/here.ts': '// first line\n// docs/gone.md tells more, notdocs/gone.md does not',
  });
  expect(brokenLinks(root)).toEqual([
    'README.md:3: link to docs/gone.md: no such file',
    'README.md:7: link to docs/page.md#gone: no such heading',
    'README.md:9: link to gone.svg: no such file',
    'README.md:13: tools/gone.ts: no such file',
    'README.md:16: src/gone: no such file',
    'README.md:16: model/gone.ts: no such file',
    'tools/here.ts:2: docs/gone.md: no such file',
  ]);
});
