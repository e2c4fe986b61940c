// What all rooms share. Types only, as in the files beside: no browser loads them.

/** Blue encodes, green crosses over, orange decodes. */
export type Hue = 'enc' | 'code' | 'dec';

/** Text with styles, as Python writes it: see `rich` in dom.js. */
export type Rich = [style: string, text: string][];

/** An array as Python packs it: base64 of little-endian float32, or of bytes. */
export interface Packed {
  shape: number[];
  f32: string;
}

export interface PackedBytes {
  shape: number[];
  u8: string;
}

export interface Unpacked {
  shape: number[];
  data: Float32Array;
  row: (i: number) => Float32Array;
}

/** Anything that has rows of numbers. */
export interface Rows {
  row: (i: number) => Float32Array;
}

export interface Table {
  columns: string[];
  rows: (string | number)[][];
  caption?: string;
}

/** What stands in a panel that has nothing to draw. */
export interface Empty {
  title: string;
  text: string;
  action?: string;
  onaction?: () => void;
}

/** The bridge to a component in Python; `V` is what it sends, `E` the names of the events it hears. */
export interface Island<V, E extends string = never> {
  /** Called with the parsed value now, if there is one, and at every change. */
  onValue: (listener: (value: V) => void) => void;
  send: (event: E, data?: object) => void;
}

/** The element that `h('input.dot')` makes. */
export type Html<N extends string> =
  Tag<N> extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag<N>] : HTMLElement;

export type Svg<N extends string> = N extends keyof SVGElementTagNameMap ? SVGElementTagNameMap[N] : SVGElement;

type Tag<N extends string> = N extends `${infer T}.${string}` ? T : N;

export type Child = Node | string | number | null | undefined | false | Child[];

/** Listeners by `on…`; what is null, undefined or false is left out. */
export type Attributes = { [name: string]: Attribute } & {
  [E in keyof HTMLElementEventMap as `on${E}`]?: ((event: HTMLElementEventMap[E]) => unknown) | null;
} & { style?: string | Record<string, string | number> };

type Attribute =
  | string
  | number
  | boolean
  | null
  | undefined
  // biome-ignore lint/suspicious/noExplicitAny: a listener takes the event of its own name, which an index cannot say
  | ((event: any) => unknown)
  | Record<string, string | number>;

export type OptionValue = string | number | boolean;

/** An option of a model, a task or a training, as Python declares it. `key` is not for typing. */
export type Option = { group: string; name: string; label: string; help?: string } & (
  | { type: 'flag'; value: OptionValue }
  | { type: 'key'; value: OptionValue }
  | { type: 'choice'; value: OptionValue; choices: [string, string][] }
  | { type: 'integer' | 'number'; value: OptionValue; low: number; high: number; step?: number | null }
);

/** What can be learned. */
export interface Task {
  id: string;
  title: string;
  example: string;
  /** The architecture it opens with. */
  usual: string;
  /** The architectures of which a trained model is shipped. */
  trained: string[];
}

export interface TaskGroup {
  name: string;
  tasks: Task[];
}

/** All tasks, and the chosen one. */
export interface Offer {
  groups: TaskGroup[];
  task: string;
}

/** Kind, site, place, amount, steps from 0, whether it is on, and what it takes besides: what makes an act again. */
export type Act = [string, string, number | null, number | null, number[] | null, boolean, (string | number)?];

/** Something that can be done at a site. `places`: how many, or their names; null where it is the whole site. */
export interface ActOffer {
  kind: string;
  /** What the kind is called. */
  name: string;
  site: string;
  what: string;
  where: string;
  places: number | string[] | null;
  usual: number | null;
  /** From which number to which. */
  span: [number, number] | null;
  /** What it needs besides: another "input", or a "seed". */
  takes: string | null;
  /** Whether all units at once are a place too. */
  whole: boolean;
  /** Whether it holds from one step on. */
  since: boolean;
  gate: boolean;
  stepwise: boolean;
}

/** An act that is offered by hand: what the form begins with. */
export interface Preset {
  kind: string;
  site: string;
  place: number | null;
  amount: number | null;
  step: number | null;
}
