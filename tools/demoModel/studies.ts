/**
 * The shipped model's figures on the pages of the studies, measured anew and written into the pages between their markers.
 *
 *   npx tsx tools/demoModel/studies.ts instances_val2017.json val2017 BSDS500 [--only proposals,edges] [--against old.pt]
 *
 * With `--against` it also prints how the shipped model differs from another one on proposals and edges, with intervals.
 * Runs lie in out/studies.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeHalves, writeSalient } from './studyData.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** From the root, in which the commands run: tables name the folders of runs. */
const OUT = join('out', 'studies');
const FROM = '<!-- demo model: made by tools/demoModel/studies.ts, do not edit from here -->';
const TO = '<!-- to here -->';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, against: { type: 'string' } },
});
const [annotations, images, bsds] = positionals.map((path) => resolve(path));
if (positionals.length !== 3) throw new Error('expected three arguments: annotations, images, BSDS500');

function fastsam(...args: readonly string[]): string {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const { status, stdout } = spawnSync('npx', ['tsx', 'src/cli/main.ts', ...args], { cwd: ROOT, stdio: [...stdio] });
  if (status !== 0) throw new Error(`fastsam ${args.join(' ')}: ended with ${String(status)}`);
  return stdout.toString();
}

/** Runs a study; `name` is the folder of its files. */
function study(name: string, kind: string, ...args: readonly string[]): string {
  return fastsam('study', kind, ...args, '--out', join(OUT, name), '--overwrite', '--cases', '0').trim();
}

/** The cells of the first rows that begin with the model's name, table by table, without that name. */
function ourCells(tables: string): string[] {
  const rows = tables.split('\n').filter((line) => line.startsWith('| demo'));
  return rows.flatMap((row) =>
    row
      .split('|')
      .slice(2, -1)
      .map((cell) => cell.trim()),
  );
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const compared = (a: string, b: string): string => fastsam('study', 'compare', join(OUT, a), join(OUT, b)).trim();

const PAGES: Readonly<Record<string, () => Promise<string> | string>> = {
  proposals: () => study('proposals', 'proposals', annotations, images),
  edges() {
    const figures = study('edges', 'edges', bsds);
    study('edges-image', 'edges', bsds, '--region', 'image');
    return (
      `${figures}\n\nGradients in the whole image (\`--region image\`) instead of around each box, on the same images:\n\n` +
      compared('edges', 'edges-image')
    );
  },
  quality: () => study('quality', 'quality', annotations, images),
  async instances() {
    await writeHalves(annotations, join(ROOT, OUT));
    const run = (half: string, conf: string) =>
      ourCells(study(`instances-${half}-${conf}`, 'instances', join(OUT, `${half}.json`), images, '--conf', conf));
    const head = ['AP', 'APs', 'APm', 'APl', 'AP50', 'AP75', 'IoU', 'small', 'medium', 'large', 'IoU >= 0.5'];
    const rows = ['0.001', '0.05', '0.4'].map((conf) => [conf, ...run('choose', conf)]);
    const best = rows.reduce((a, b) => (Number(b[1]) > Number(a[1]) ? b : a))[0];
    return (
      `Chosen on the first half (\`fastsam study instances choose.json val2017 --conf …\`):\n\n` +
      `${table(['conf', ...head], rows)}\n\nMeasured on the other half, with conf ${best}:\n\n` +
      table(['', ...head], [['demo, 40 images', ...run('report', best)]])
    );
  },
  async salient() {
    const folder = join(OUT, 'salient-data');
    await writeSalient(annotations, images, join(ROOT, folder));
    const run = (name: string, ...args: string[]) =>
      ourCells(
        study(`salient-${name}`, 'salient', join(folder, 'images'), join(folder, 'maps'), '--conf', '0.05', ...args),
      ).slice(0, 3);
    return table(
      ['choice', 'MAE', 'max F', 'S'],
      [
        ['`--rule product`', ...run('product', '--rule', 'product')],
        ['`--hint point`', ...run('point', '--hint', 'point')],
        ['`--hint box`', ...run('box', '--hint', 'box')],
        [
          '`--hints`, by turns a point on the object and its box',
          ...run('hints', '--hints', join(folder, 'hints.json')),
        ],
      ],
    );
  },
};

await mkdir(join(ROOT, OUT), { recursive: true });
for (const name of values.only?.split(',') ?? Object.keys(PAGES)) {
  const path = join(ROOT, 'docs/user/studies', `${name}.md`);
  const page = await readFile(path, 'utf8');
  const [from, to] = [page.indexOf(FROM), page.indexOf(TO)];
  if (from < 0 || to < from) throw new Error(`${path}: has no markers`);
  const made = await PAGES[name]();
  await writeFile(path, `${page.slice(0, from + FROM.length)}\n\n${made}\n\n${page.slice(to)}`);
  console.log(path);
  if (values.against === undefined || !['proposals', 'edges'].includes(name)) continue;
  const data = name === 'edges' ? [bsds] : [annotations, images];
  study(`${name}-against`, name, ...data, '--model', resolve(values.against));
  console.log(compared(`${name}-against`, name));
}
