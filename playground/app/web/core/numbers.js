// Numbers for people.

/** What a softmax gives is less than 1, also where float32 holds no such number. */
export const SURE = 1 - 2 ** -30;

/**
 * A weight for a numeral: .55, <.01, and 1.0 only where nothing else got any.
 * @param {number} v
 */
export const weight = (v) =>
  v < 0.005
    ? '<.01'
    : fixed(v)
        .replace(/^(>?)0/, '$1')
        .replace('1.00', '1.0');

/**
 * Decimals that never round a share up to the whole: 0.55, >0.99, 1.00.
 * @param {number} v 0…1
 */
export function fixed(v, digits = 2) {
  const nearly = 1 - 10 ** -digits;
  return v < 1 && v >= 1 - 10 ** -digits / 2 ? `>${nearly.toFixed(digits)}` : v.toFixed(digits);
}

/**
 * Probability as a percentage. Never certainty: what a softmax gives is less than 1, also where no float32 is.
 * @param {number} v
 */
export function percent(v) {
  if (v === 0) return '0 %';
  if (v < 1e-5) return '<0.001 %';
  if (v >= 0.99995) return '>99.99 %';
  return `${(v * 100).toFixed(v < 0.001 ? 3 : v > 0.999 ? 2 : v < 0.1 || v > 0.99 ? 1 : 0)} %`;
}

/** A share of what was counted: all of them are all of them. @param {number} v */
export const share = (v) => (v === 1 ? '100 %' : percent(v));

/** A true minus sign, and none before a zero. @param {number} v */
export const signed = (v, digits = 2) =>
  v
    .toFixed(digits)
    .replace(/^-(?=[0.]*$)/, '')
    .replace('-', '−');

/** A log probability, or what is made of one: never as if it were 0. @param {number} v */
export const nats = (v) => (v === 0 ? '0' : v > -0.0005 ? '>−0.001' : signed(v, v > -0.1 ? 3 : 2));

/** Seconds for people: 2.7 s, 14 s, 3 min. @param {number} s */
export const seconds = (s) =>
  s >= 120 ? `${Math.round(s / 60)} min` : s >= 10 ? `${Math.round(s)} s` : `${s.toFixed(1)} s`;

/** @param {number} n */
export const grouped = (n) => Math.round(n).toLocaleString('en');

/** @param {File} file @param {number} most bytes */
export const tooLarge = (file, most, unit = 'MB') =>
  `The file has ${(file.size / 2 ** 20).toFixed(1)} MB; at most ${most / 2 ** 20} ${unit} are read.`;
