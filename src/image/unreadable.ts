/** A whole file that is of a kind that is not read, as against a broken one. */

export class UnreadableImage extends Error {
  /**
   * @param got what it is: `TIFF with CIELab colours`.
   * @param todo what helps. Default: conversion.
   */
  constructor(
    readonly got: string,
    readonly todo = 'convert it to PNG or JPEG',
  ) {
    super(got);
  }
}
