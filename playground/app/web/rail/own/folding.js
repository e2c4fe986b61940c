// What a visitor brings stands folded away, but where nobody has brought anything yet.

/** @typedef {{own: boolean, architecture: string}} Shown */

/**
 * Whoever goes on to another model looks at the stage: it folds then.
 * @param {HTMLElement} root @param {HTMLDetailsElement} details
 * @param {Shown | null} now null where another task is on the stage @param {Shown | null} before
 */
export function fold(root, details, now, before) {
  root.hidden = !now;
  if (now && !before && !now.own) details.open = true;
  if (now && before && now.architecture !== before.architecture) details.open = false;
}
