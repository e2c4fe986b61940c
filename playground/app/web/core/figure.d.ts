// A figure of Plotly as Python makes it.
import type { Empty, Rich, Table } from './types.d.ts';

/** A figure of Plotly; what a figure says beside its marks is in `layout.meta`. */
export interface Figure {
  data: Trace[];
  layout: Layout;
}

/** Plotly's own vocabulary is open: single keys are checked where we read them. */
export interface Trace {
  [key: string]: unknown;
  type?: string;
  name?: string;
  x?: ArrayLike<number | string>;
  y?: ArrayLike<number | string>;
  meta?: string | { view?: string };
}

export interface Layout {
  [key: string]: unknown;
  height?: number;
  meta?: Meta;
}

export interface Meta {
  title?: string;
  subtitle?: string;
  alt_name?: string;
  /** What can be shown, [id, label], if there is a choice. */
  switch?: [string, string][];
  layouts?: Record<string, Layout>;
  /** Changes per step. */
  steps?: ({ trace: number } & Record<string, unknown>)[][];
  readings?: Rich[] | Record<string, Rich[]>;
  reading?: Rich | Record<string, Rich>;
  table?: Table;
  empty?: Empty;
}
