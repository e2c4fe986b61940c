// The picture in words and numbers: what a screen reader hears, and the table in its place.

import { fixed, SURE } from '../core/numbers.js';

/** @import { Choice, SequenceScene } from '../core/scene.d.ts' */
/** @import { Table } from '../core/types.d.ts' */
/** @import { Looker } from './look.js' */

/** @param {SequenceScene} scene @param {number} step */
export function describe(scene, step) {
  const { encoder, decoder, source, output, code } = scene;
  const done = `${output.slice(0, step + 1).join(' ')}, step ${step + 1} of ${output.length}.`;
  const given = scene.picture ? `a picture in ${source.length} ${scene.unit}s` : source.join(' ');
  const reads = encoder.ghost
    ? `No encoder; the prompt is ${source.join(' ')}`
    : `Encoder ${encoder.name} reads ${given}`;
  const writes = decoder.ghost
    ? `no decoder; the answers so far are ${done}`
    : `decoder ${decoder.name} has written ${done}`;
  const where =
    code.kind === 'final_state'
      ? 'the final encoder state, and nothing else, crosses to the decoder; '
      : code.kind === 'code'
        ? `one code crosses to the decoder: ${code.note}; `
        : code.kind === 'none'
          ? ''
          : 'weights say which encoder states are read; ';
  const first = scene.wrong?.indexOf(true) ?? -1;
  const wrong = first >= 0 && first <= step ? ` Step ${first + 1} is the first that is wrong.` : '';
  return `${reads}; ${where}${writes}${wrong}`;
}

/** @param {SequenceScene} scene @param {Looker} look @param {Choice | null} head @returns {Table} */
export function tableOf(scene, look, head) {
  const rows = scene.output.map((_, i) => look(head, i)?.source ?? []);
  const first = rows[0] ?? [];
  const before = scene.summary && first.length > scene.source.length ? [scene.summary] : [];
  const names = [...before, ...scene.source.map((token, j) => `${j + 1}: ${token}`)];
  return {
    columns: [
      'step',
      scene.decoder.ghost ? 'answers' : 'writes',
      'probability',
      ...Array.from(first, (_, j) => names[j]),
    ],
    rows: scene.output.map((token, i) => [
      i + 1,
      token,
      scene.probability ? fixed(Math.min(scene.probability[i], SURE), 4) : '',
      ...Array.from(rows[i], (v) => fixed(v, 3)),
    ]),
  };
}
