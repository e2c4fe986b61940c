// Asking for an answer about the stage that no event changes.
import { ROOT } from '../core/root.js';

/** @template T @typedef {{data: T} | {failed: string}} Told */

/**
 * @template T
 * @param {string} at where the stage's answers are @param {string} file @param {Record<string, string>} asked
 * @returns {Promise<Told<T>>}
 */
export async function asking(at, file, asked) {
  const address = new URL(`${at}/${file}`, ROOT);
  address.search = new URLSearchParams(asked).toString();
  try {
    const said = await (await fetch(address)).json();
    return said.error ? { failed: said.error } : { data: said };
  } catch {
    return { failed: 'The server did not answer.' };
  }
}
