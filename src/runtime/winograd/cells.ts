/** Addresses of the cells around a place of a map. */
import type { FunctionWriter, Local } from '../assembler.js';

/** A map [height,width,C]: its address and sizes. */
export interface MapVariables {
  readonly map: Local;
  readonly height: Local;
  readonly width: Local;
  /** 4C */
  readonly cellBytes: Local;
}

/** A cell: the first output of a tile, or the middle one of those around it. */
export interface CellPosition {
  readonly row: Local;
  readonly column: Local;
}

/** A square of cells that begins `border` rows and columns before a cell; `elsewhere` stands for cells outside of the map. */
export interface Square {
  readonly cells: readonly Local[];
  readonly side: number;
  readonly border: 0 | 1;
  readonly elsewhere: Local;
}

/** Sets the addresses of the cells of a square. */
export function findCells(
  f: FunctionWriter,
  { map, height, width, cellBytes }: MapVariables,
  { row, column }: CellPosition,
  { cells, side, border, elsewhere }: Square,
): void {
  cells.forEach((cell, i) => {
    const [dy, dx] = [Math.floor(i / side) - border, (i % side) - border];
    f.total(row, dy).get(width).i32('mul').total(column, dx).i32('add');
    f.get(cellBytes).i32('mul').get(map).i32('add');
    f.get(elsewhere);
    f.total(row, dy).get(height).i32('lt_u'); // -1 is a large number, too
    f.total(column, dx).get(width).i32('lt_u').i32('and');
    f.select().set(cell);
  });
}
