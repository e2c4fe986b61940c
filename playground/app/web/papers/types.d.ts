// What the server says of the papers. Types only: no browser loads this file.

/** A card of the gallery. */
export interface Shelved {
  id: string;
  /** Of the house: sequences, transformers, codes. */
  room: string;
  /** The figure as a stamp: lines of x, y, x, y … in its 96 × 68 pixels, the mean of the judge seeds. */
  thumb: { lines: number[][]; taught: [number, number] | null };
  title: string;
  authors: string;
  /** Of CPU; null where nothing was measured. */
  seconds: number | null;
  verdict: string;
  mark: string;
  held: [held: number, of: number];
}
