// Island: the visitor's own pictures. Files, a folder or a zip; the server says which it took, and why not others.

import { base64Of } from '../../core/arrays.js';
import { h } from '../../core/dom.js';
import { grouped } from '../../core/numbers.js';
import { inkPicture, unpackBytes } from '../../picture/pixels.js';
import { fold } from './folding.js';
import { sharing } from './sharing.js';
import { shrunk } from './shrunk.js';

/** @import { Island } from '../../core/types.d.ts' */
/** @import { Pictures, ShownPictures } from '../types.d.ts' */

const MB = 2 ** 20;

/** @param {HTMLElement} root @param {Island<Pictures, 'pictures' | 'let_see'>} island */
export function mount(root, island) {
  /** @type {ShownPictures | null} */
  let value = null;
  const told = h('span.told');
  const counted = h('span.told.num', { role: 'status' });
  const limits = h('p.told.limits');
  const trouble = h('p.trouble', { role: 'alert', hidden: true });
  const taken = h('div.taken', { role: 'group', 'aria-label': 'Some of the pictures, as they are learned' });
  const refused = h('details.left-out');
  const seen = sharing('pictures', (shared) => island.send('let_see', { shared }));
  const files = picker('edp-pictures', { multiple: true, accept: 'image/*,.zip' });
  const folder = picker('edp-pictures-folder', { multiple: true, webkitdirectory: true });
  const tools = h(
    'div.own-tools',
    {},
    h('label.btn.box', { for: files.id }, 'Upload pictures or a zip', files),
    h('label.btn.box', { for: folder.id }, 'Upload a folder', folder),
    counted,
  );
  const details = h(
    'details.own-data.album',
    {
      ondragover: (/** @type {DragEvent} */ event) => over(event, true),
      ondragleave: (/** @type {DragEvent} */ event) => over(event, false),
      ondrop: drop,
    },
    h('summary', {}, h('b', {}, 'Your pictures'), told),
    h('div.own-body', {}, h('div', {}, tools, limits, trouble, refused), h('div', {}, taken, seen.node)),
  );
  root.append(details);
  root.hidden = true;

  island.onValue((next) => {
    const before = value;
    value = next.shown ? next : null;
    fold(root, details, value, before);
    if (!value) return;
    const { train, steer, judge } = value.parts;
    const out = value.refused.length + value.more_refused;
    told.textContent = [
      `${value.own ? '' : 'an example: '}${grouped(train)} to learn from`,
      `${grouped(steer + judge)} held out`,
      ...(out ? [`${grouped(out)} refused`] : []),
    ].join(', ');
    const most = value.limits;
    limits.textContent =
      `Uploaded or dropped here: ${most.fewest} to ${grouped(most.pictures)} still pictures ` +
      '(PNG, JPEG, WebP, BMP, GIF), ' +
      `${most.each / MB} MB each, ${most.bytes / MB} MB in all. ` +
      'Each is made grey, cut to the square in its middle and brought to 28 × 28.';
    taken.replaceChildren(...unpackBytes(value.some).map((picture) => inkPicture(picture, '')));
    drawRefused(refused, value);
    if (value.sharing !== undefined) seen.set(value.sharing);
    complain(value.error);
    wait(false);
  });

  /** @param {string} id @param {Record<string, string | boolean>} how */
  function picker(id, how) {
    const input = h('input.sr-only', { type: 'file', id, ...how });
    input.addEventListener('change', () => {
      const picked = [...(input.files ?? [])];
      input.value = '';
      bring(picked);
    });
    return input;
  }

  /** @param {DragEvent} event @param {boolean} on */
  function over(event, on) {
    event.preventDefault();
    tools.classList.toggle('over', on && !files.disabled);
  }

  /** @param {DragEvent} event */
  function drop(event) {
    over(event, false);
    if (!files.disabled) bring([...(event.dataTransfer?.files ?? [])]);
  }

  /**
   * Photographs are made small here; all else goes as it is: what it is, is found out by the server.
   * @param {File[]} picked
   */
  async function bring(picked) {
    if (!picked.length || !value) return;
    const most = value.limits;
    complain(null);
    wait(true);
    /** @type {[name: string, data: string][]} */
    const sent = [];
    let size = 0;
    try {
      for (const [n, file] of picked.entries()) {
        counted.textContent = `${grouped(n + 1)} of ${grouped(picked.length)}`;
        const bytes = await shrunk(file, most.bytes - size);
        size += bytes?.length ?? file.size;
        if (!bytes || size > most.bytes) {
          complain(
            `These files have more than ${most.bytes / MB} MB together; so many are read at once. ` +
              'Make them smaller, or bring fewer of them.',
          );
          wait(false);
          return;
        }
        sent.push([file.webkitRelativePath || file.name, base64Of(bytes)]);
      }
    } catch {
      complain('A file could not be read. A folder is brought by its own button.');
      wait(false);
      return;
    }
    counted.textContent = picked.length === 1 ? picked[0].name : `${grouped(picked.length)} files`;
    island.send('pictures', { pictures_files: sent });
  }

  /** @param {boolean} on */
  function wait(on) {
    files.disabled = folder.disabled = on;
  }

  /** @param {string | null} message */
  function complain(message) {
    trouble.textContent = message ?? '';
    trouble.hidden = !message;
  }
}

/** Folded: every file that was not taken, and why. @param {HTMLElement} node @param {ShownPictures} value */
function drawRefused(node, { refused, more_refused: more }) {
  const total = refused.length + more;
  node.hidden = !total;
  node.replaceChildren(
    h('summary', {}, `${grouped(total)} file${total > 1 ? 's' : ''} refused`),
    h(
      'ul',
      {},
      ...refused.map(([name, why]) => h('li', {}, h('b', {}, h('bdi', {}, name)), ` ${why}`)),
      more ? h('li', {}, `and ${grouped(more)} more`) : null,
    ),
  );
}
