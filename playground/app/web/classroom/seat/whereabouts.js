// Whether a student is where the class is. Only that is told, as yes or no: a teacher sees how many went astray.
import * as state from '../../core/state.js';
import { stray } from '../attending.js';

const AFTER_MS = 1500; // a step that everybody takes is on nobody's way
const STAGE = ['architecture', 'task', 'input', 'picture', 'code', 'block']; // what makes a place another one
const USUAL = ['', 'decode', 'latent', 'features', 'paper']; // panels that open by themselves

/** @param {() => boolean} moving whether one is on the way to where the class is */
export function watchWhere(moving) {
  let told = false;
  let code = '';
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    if (state.classroom.value?.role === 'student') timer = setTimeout(look, AFTER_MS);
  };
  for (const signal of [state.classroom, state.place]) signal.on(later);

  function look() {
    const now = state.classroom.value;
    if (now?.role !== 'student' || now.lost) return;
    if (moving()) {
      later();
      return;
    }
    if (code !== now.told.code) [code, told] = [now.told.code, false];
    const astray = !same(now.told.place, state.place.value ?? location.search);
    if (astray === told) return;
    told = astray;
    stray(astray);
  }
}

/** @param {string} there @param {string} here */
function same(there, here) {
  const [a, b] = [new URLSearchParams(there), new URLSearchParams(here)];
  const tab = (/** @type {URLSearchParams} */ at) => (USUAL.includes(at.get('tab') ?? '') ? '' : at.get('tab'));
  const step = (/** @type {URLSearchParams} */ at) => Number(at.get('step')) || 0;
  return tab(a) === tab(b) && step(a) === step(b) && STAGE.every((name) => (a.get(name) ?? '') === (b.get(name) ?? ''));
}
