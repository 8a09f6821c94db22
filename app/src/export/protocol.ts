/** What the page and the worker that makes files say to each other. */
import type { PackedResults } from 'fastsam-tfjs';
import type { Choice } from './choices.js';

/** Files to make of results. */
export interface MakeFiles {
  readonly id: number;
  /** Without pixels: the worker reads the picture's file where it needs them. */
  readonly results: PackedResults;
  readonly picture: Blob;
  /** Name of the picture's file. */
  readonly name: string;
  readonly choice: Choice;
}

export interface MadeFile {
  readonly name: string;
  readonly blob: Blob;
}

export type Made =
  { readonly id: number; readonly files: readonly MadeFile[] } | { readonly id: number; readonly error: string };
