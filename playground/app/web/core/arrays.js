// Arrays as Python packs them.

/** @import { Packed, Unpacked } from './types.d.ts' */

/** @param {string} base64 */
export const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/** @param {Uint8Array} bytes */
export function base64Of(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/**
 * Array packed by Python; null stays null.
 * @template {Packed | null | undefined} P
 * @param {P} packed
 * @returns {P extends Packed ? Unpacked : Unpacked | null}
 */
export function unpack(packed) {
  return /** @type {P extends Packed ? Unpacked : Unpacked | null} */ (packed ? unpacked(packed) : null);
}

/** @param {Packed} packed @returns {Unpacked} */
function unpacked({ shape, f32 }) {
  const data = new Float32Array(bytesOf(f32).buffer);
  const width = shape.length > 1 ? shape.slice(1).reduce((a, b) => a * b, 1) : data.length;
  return { shape, data, row: (i) => data.subarray(i * width, (i + 1) * width) };
}

/** @param {ArrayLike<number>} row */
export function argmax(row) {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i] > row[best]) best = i;
  return best;
}
