/** The figures as tables for a terminal. */
import { textTable } from '../../src/cli/bench/table.js';
import type { Bundle, Bundles } from './bundle.js';
import type { Evaluated } from './evaluated.js';
import { roomOf, type Room } from './rooms.js';

const OPTIONAL_ROOMS = ['batch', 'clip', 'evaluate', 'export', 'track'];

/** Everything that was measured; a part is undefined where it was not asked for. */
export interface House {
  readonly rooms?: readonly Room[];
  readonly commands?: Readonly<Record<string, Evaluated>>;
  readonly bundles?: Bundles;
}

/** The tables of all parts. */
export function houseText({ rooms, commands, bundles }: House): string {
  const parts = [rooms && roomsText(rooms), commands && commandsText(commands), bundles && bundlesText(bundles)];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

function roomsText(rooms: readonly Room[]): string {
  const sum = (key: 'files' | 'lines'): number => rooms.reduce((total, room) => total + room[key], 0);
  const rows = [...rooms, { room: 'all', files: sum('files'), lines: sum('lines') }];
  return textTable({
    head: ['room of src', 'files', 'lines'],
    body: rows.map(({ room, files, lines }) => [room, String(files), String(lines)]),
  });
}

function commandsText(commands: Readonly<Record<string, Evaluated>>): string {
  const yes = (packages: readonly string[], name: RegExp): string =>
    packages.some((each) => name.test(each)) ? 'yes' : 'no';
  return textTable({
    head: [
      'files of src evaluated by',
      'program',
      'with its workers',
      'tfjs',
      'protobufjs',
      'sharp',
      'files of rooms that few need',
    ],
    body: Object.entries(commands).map(([name, { files, filesOfAll, packages }]) => [
      name,
      String(files.length),
      String(filesOfAll.length),
      yes(packages, /^@tensorflow\//),
      yes(packages, /^protobufjs$/),
      yes(packages, /^sharp$/),
      optionalRooms(files),
    ]),
  });
}

/** `clip 27, export 25`: files of the rooms that only some users need. */
function optionalRooms(files: readonly string[]): string {
  const rooms = files.map(roomOf);
  const counts = OPTIONAL_ROOMS.map((room) => [room, rooms.filter((each) => each === room).length] as const);
  return counts.flatMap(([room, count]) => (count > 0 ? [`${room} ${count}`] : [])).join(', ');
}

function bundlesText({ everything, withoutTfjs, mask, interact, element, worker }: Bundles): string {
  const kB = (bytes: number): string => (bytes / 1000).toFixed(1);
  const rows = (name: string, { eager, lazy }: Bundle): string[][] =>
    [eager, lazy].map(({ files, minified, gzipped }, i) => [
      `${name}, ${i === 0 ? 'eager' : 'lazy'}`,
      String(files),
      kB(minified),
      kB(gzipped),
    ]);
  const table = textTable({
    head: ['bundle of import { FastSAM }', 'files', 'minified kB', 'gzipped kB'],
    body: [
      ...rows('everything', everything),
      ...rows('without tfjs', withoutTfjs),
      ...Object.entries({ mask, interact, element, worker }).flatMap(([name, one]) =>
        one ? rows(`fastsam-tfjs/${name}`, one) : [],
      ),
    ],
  });
  const origins = Object.entries(withoutTfjs.origins).map(([origin, bytes]) => `${origin} ${kB(bytes)}`);
  return `${table}\nminified kB of the eager part without tfjs by origin: ${origins.join(', ')}`;
}
