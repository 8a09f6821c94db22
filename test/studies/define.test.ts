/** `defineStudy`: what its author may leave out. */
import { expect, test } from 'vitest';
import { defineStudy, formatTable } from '../../src/entry/studies.js';

const least = {
  name: 'count',
  metrics: [
    { key: 'objects', label: 'objects an image', better: 'higher' as const },
    { key: 'area', label: 'area', better: 'higher' as const },
  ],
  open: () => Promise.resolve({ items: [], measure: ({ key }: { key: string }) => ({ key }) }),
  summarise: () => ({ objects: 2.5, area: null }),
};

test('fills in what is left out, a table of all figures with it', () => {
  const study = defineStudy(least);
  const { summary, help, options, settings } = study;
  expect({ summary, help, arguments: study.arguments, options, settings }).toEqual({
    ...{ summary: '', help: '', arguments: [], options: {}, settings: {} },
  });
  const [table] = study.tables({ objects: 2.5, area: null }, { model: 'demo', images: 1, options: {} });
  expect(table.rows).toEqual([
    { name: 'objects an image', values: [2.5] },
    { name: 'area', values: [null] },
  ]);
  expect(formatTable(table)).toContain('2.500');
});

test('keeps what is given', () => {
  const tables = () => [];
  const study = defineStudy({ ...least, summary: 'counts', settings: { conf: 0.3 }, tables });
  expect({ ...study }).toMatchObject({ summary: 'counts', settings: { conf: 0.3 }, tables });
});

test.each(['name', 'metrics', 'open', 'summarise'])('asks for %s', (member) => {
  const lacking = Object.fromEntries(Object.entries(least).filter(([key]) => key !== member));
  expect(() => defineStudy(lacking as never)).toThrow(new RegExp(`study: ${member}: got undefined`));
});
