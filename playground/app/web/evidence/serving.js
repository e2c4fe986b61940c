// Where the evidence about the stage is fetched from, for panels that share one component's value.
import { Signal } from '../core/signal.js';

/** @typedef {{address: string, suits: boolean}} Place */

/** Written by explain_panel. @type {Signal<Place>} */
export const attended = new Signal();
