/** What each pickle opcode does (names and meaning: Python's pickletools), on a machine that only writes down. */
import { invalid, unsupported } from './byteView.js';
import type { Group, Opcode } from './pickleGroup.js';
import { constants, texts } from './pickleConstants.js';
import { containers } from './pickleContainers.js';
import { objects } from './pickleObjects.js';

/** Opcodes by their byte. STOP belongs to the loop. */
export const PICKLE_OPCODES: readonly (Opcode | undefined)[] = opcodeTable();

const HIGHEST_PROTOCOL = 5;

function opcodeTable(): (Opcode | undefined)[] {
  const table: (Opcode | undefined)[] = Array.from({ length: 256 });
  for (const group of [framing(), constants(), texts(), containers(), objects(), memo(), refused()]) {
    for (const [key, opcode] of group) table[typeof key === 'string' ? key.charCodeAt(0) : key] = opcode;
  }
  return table;
}

function framing(): Group {
  return [
    [
      0x80,
      (m) => {
        checkProtocol(m.cursor.u8());
      },
    ],
    [
      0x95,
      (m) => {
        m.cursor.take(8);
      },
    ],
    [
      '(',
      (m) => {
        m.mark();
      },
    ],
    [
      '0',
      (m) => {
        m.discard();
      },
    ],
    [
      '1',
      (m) => {
        m.popToMark();
      },
    ],
    [
      '2',
      (m) => {
        m.push(m.top());
      },
    ],
  ];
}

function checkProtocol(protocol: number): void {
  if (protocol > HIGHEST_PROTOCOL)
    throw unsupported(`pickle: got protocol ${protocol}, expected at most ${HIGHEST_PROTOCOL}`);
}

function memo(): Group {
  return [
    [
      'p',
      (m) => {
        m.remember(memoIndex(m.cursor.integerLine()));
      },
    ],
    [
      'q',
      (m) => {
        m.remember(m.cursor.u8());
      },
    ],
    [
      'r',
      (m) => {
        m.remember(m.cursor.u32());
      },
    ],
    [
      0x94,
      (m) => {
        m.rememberNext();
      },
    ],
    [
      'g',
      (m) => {
        m.push(m.recall(memoIndex(m.cursor.integerLine())));
      },
    ],
    [
      'h',
      (m) => {
        m.push(m.recall(m.cursor.u8()));
      },
    ],
    [
      'j',
      (m) => {
        m.push(m.recall(m.cursor.u32()));
      },
    ],
  ];
}

function memoIndex(value: number | bigint): number {
  if (typeof value !== 'number' || value < 0)
    throw invalid(`pickle: got the memo index ${value}; the file is damaged, get it again`);
  return value;
}

/** Extension registry (EXT1, EXT2, EXT4) and buffers outside the file (NEXT_BUFFER, READONLY_BUFFER). */
function refused(): Group {
  const refuse: Opcode = (m) => {
    throw unsupported(
      `pickle: the opcode before byte ${m.cursor.at} needs something outside the file; save it again with torch.save`,
    );
  };
  return [0x82, 0x83, 0x84, 0x97, 0x98].map((code) => [code, refuse]);
}
