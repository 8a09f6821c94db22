/** `fastsam info`: what a checkpoint is, and what can run here. */
import { Command } from 'commander';
import { describeArchitecture } from '../model/architecture.js';
import { CATALOGUE, type ModelDefaults } from '../weights/catalogue.js';
import { defaultsNote, defaultsOf } from '../weights/defaults.js';
import { openCheckpoint } from '../model/open.js';
import { SETTINGS_KEY } from '../model/settingsText.js';
import { elementCount } from '../weights/tensor.js';
import { platform } from '../platform/platform.js';
import { print, printJson } from './output.js';

/** The command. */
export function infoCommand(): Command {
  return new Command('info')
    .description('Describe a checkpoint; without one, list devices and models.')
    .argument('[checkpoint]', 'a name, path or URL')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ fastsam info                    devices of this machine, models that are known by name
  $ fastsam info FastSAM-s.pt       scale, classes, bins, training size, where the file comes from`,
    )
    .action(async (checkpoint: string | undefined, options: { json?: true }) => {
      const facts = checkpoint === undefined ? await machineFacts() : await checkpointFacts(checkpoint);
      if (options.json) printJson(facts.data);
      else print(...facts.text);
    });
}

/** `23.9 MB`. */
export function describeBytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const inWords = ({ imgsz, conf, iou }: ModelDefaults): string => `imgsz ${imgsz}, conf ${conf}, iou ${iou}`;

interface Facts {
  readonly data: unknown;
  readonly text: readonly string[];
}

async function machineFacts(): Promise<Facts> {
  const { deviceTable } = await import('../runtime/deviceStatus.js'); // brings tfjs
  const devices = await deviceTable();
  const models = CATALOGUE.map(({ name, sources, versions, licence, defaults }) => ({
    ...{ name, bytes: versions.at(0)?.bytes, sha256: versions.map(({ sha256 }) => sha256) },
    ...{ urls: sources.map(({ url }) => url), licence, defaults },
  }));
  const text = [
    'Devices, fastest first:',
    ...devices.flatMap(({ device, available, detail, fix }) => [
      `  ${available ? '✓' : '–'} ${device.padEnd(11)} ${detail}`,
      ...(fix === undefined ? [] : [`${' '.repeat(16)}${fix}`]),
    ]),
    '',
    'Models by name:',
    ...models.map(
      ({ name, bytes, defaults }) =>
        `  ${name.padEnd(10)} ${defaults ? inWords(defaults) : `shipped; more: fastsam info ${name}`}` +
        (bytes === undefined ? '' : `, download of ${describeBytes(bytes)}`),
    ),
    `  Downloads are kept in ${platform().cacheFolder()}`,
  ];
  return { data: { devices, models, cacheFolder: platform().cacheFolder() }, text };
}

async function checkpointFacts(source: string): Promise<Facts> {
  const { checkpoint, architecture, name, path, fileBytes, entry } = await openCheckpoint(source);
  const trainable = [...checkpoint.tensors].filter(([key]) => !/running_|num_batches/.test(key));
  const parameters = trainable.reduce((sum, [, { shape }]) => sum + elementCount(shape), 0);
  const dtypes = [...new Set([...checkpoint.tensors.values()].map(({ dtype }) => dtype))];
  const { format, source: from, imgsz, names, metadata } = checkpoint;
  const defaults = defaultsOf(checkpoint, entry);
  const note = defaultsNote(checkpoint);
  const data = {
    name,
    path,
    fileBytes,
    format,
    from,
    architecture,
    parameters,
    dtypes,
    imgsz,
    defaults,
    ...(note === undefined ? {} : { defaultsNote: note }),
    names,
    metadata,
  };
  const text = [
    `${name}: ${describeArchitecture(architecture)}`,
    `  file        ${path}, ${describeBytes(fileBytes)}, ${format}${from === 'state_dict' ? '' : `, the pickled "${from}"`}`,
    `  parameters  ${parameters.toLocaleString('en')} (${dtypes.join(', ')})`,
    `  classes     ${names ? Object.values(names).join(', ') : architecture.classes}`,
    `  bins        ${architecture.regMax} per side of a box (reg_max)`,
    `  trained at  ${imgsz === undefined ? 'not recorded' : `${imgsz} px`}`,
    `  defaults    ${inWords(defaults)}`,
    ...(note === undefined ? [] : [`              ${note}`]),
    ...Object.entries(metadata)
      .filter(([key]) => !['imgsz', 'conf', 'iou', 'names', SETTINGS_KEY].includes(key)) // said above
      .map(([key, value]) => `  ${key.padEnd(11)} ${value}`),
    ...(entry ? [`  licence     ${entry.licence}`] : []),
  ];
  return { data, text };
}
