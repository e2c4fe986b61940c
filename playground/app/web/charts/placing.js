// Where the labels of a figure stand: beside what they name, inside the axes, and never over one another. In pixels.

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/**
 * @typedef {object} Label
 * @property {number} width
 * @property {number} height
 * @property {Point} wanted its middle, where there is room
 * @property {Point[]} homes points of what it names; it stands beside one of them
 * @property {Point[]} own the line that it names, close points; empty where it names none
 * @property {Point[]} others the other lines, to none of which it stands nearer
 */
/** @typedef {{heavy: Point[], light: Point[]}} Ink what is drawn, as points close to each other: its own, and behind */

const GAP = 12; // between a label and what it names
const STEP = 4;
const REACH = 18; // steps up and down
const APART = 3; // between two labels
const [OVER_LABEL, OUTSIDE, OVER_LINE, OVER_THIN, ASTRAY] = [1000, 1000, 12, 1, 30];
const FAR = 0.06; // a pixel from where it is wanted

/**
 * The middles of all labels, in their order: the first take their place first.
 * @param {Label[]} labels @param {Box} frame @param {Ink} ink @returns {Point[]}
 */
export function placed(labels, frame, ink) {
  /** @type {Box[]} */
  const taken = [];
  return labels.map((label) => {
    let best = label.wanted;
    let least = Infinity;
    for (const spot of spots(label)) {
      const far = FAR * Math.hypot(spot.x - label.wanted.x, spot.y - label.wanted.y);
      if (far >= least) continue;
      const box = boxOf(label, spot);
      const price = far + cost(box, taken, frame, ink);
      if (price < least && price + astray(box, label) < least) [best, least] = [spot, price + astray(box, label)];
    }
    taken.push(boxOf(label, best));
    return best;
  });
}

/** @param {Label} label @returns {Point[]} */
function spots({ width, height, wanted, homes }) {
  const found = [wanted];
  const across = width / 2 + GAP;
  for (const { x, y } of homes)
    for (let row = -REACH; row <= REACH; row++) {
      const down = y + row * STEP;
      found.push({ x: x - across, y: down }, { x: x + across, y: down });
      if (Math.abs(row * STEP) >= height / 2 + GAP / 2) found.push({ x, y: down });
    }
  return found;
}

/** @param {Box} box @param {Box[]} taken @param {Box} frame @param {Ink} ink */
function cost(box, taken, frame, { heavy, light }) {
  const inside =
    box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
  let sum = inside ? 0 : OUTSIDE;
  for (const other of taken) if (meet(box, other)) sum += OVER_LABEL;
  for (const point of heavy) if (within(point, box)) sum += OVER_LINE;
  for (const point of light) if (within(point, box)) sum += OVER_THIN;
  return sum;
}

/** Whether it would be read as the name of another line. @param {Box} box @param {Label} label */
const astray = (box, { own, others }) => (nearest(box, others) < nearest(box, own) ? ASTRAY : 0);

/** @param {Box} box @param {Point[]} points */
const nearest = ({ left, top, right, bottom }, points) =>
  points.reduce(
    (least, { x, y }) =>
      Math.min(least, Math.hypot(Math.max(left - x, x - right, 0), Math.max(top - y, y - bottom, 0))),
    Infinity,
  );

/** @param {Label} label @param {Point} middle @returns {Box} */
const boxOf = ({ width, height }, { x, y }) => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

/** @param {Box} a @param {Box} b */
const meet = (a, b) =>
  a.left < b.right + APART && b.left < a.right + APART && a.top < b.bottom + APART && b.top < a.bottom + APART;

/** @param {Point} point @param {Box} box */
const within = ({ x, y }, box) => x > box.left && x < box.right && y > box.top && y < box.bottom;

/** Points on a line, at most so far from each other. @param {Point[]} corners @returns {Point[]} */
export function walked(corners, every = 6) {
  return corners.flatMap((to, i) => {
    const from = corners[i - 1] ?? to;
    const count = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / every));
    return Array.from({ length: count }, (_, k) => ({
      x: from.x + ((to.x - from.x) * (k + 1)) / count,
      y: from.y + ((to.y - from.y) * (k + 1)) / count,
    }));
  });
}
