// One quantity of one sensor over a day: mean as a line, least to greatest as a band, gaps as gaps.

import { make, svg } from './dom.js';
import { number, unit, words } from './format.js';


/** @param history the answer of /history  @param kind level, counter or contact  @param box the element that it will fill */
export function chart(history, kind, box) {
  const em = parseFloat(getComputedStyle(box).fontSize);   // text keeps its size, whatever the box
  const WIDTH = Math.max(20 * em, box.clientWidth - em), HEIGHT = Math.max(10 * em, box.clientHeight - em);
  const LEFT = 4.3 * em, RIGHT = em, TOP = 1.9 * em, BOTTOM = 1.8 * em;
  const from = Date.parse(history.from), to = Date.parse(history.to), step = seconds(history.step) * 1000;
  const points = series(history.points, kind, step);
  if (points.length === 0) return make('p', { class: 'empty' }, `No ${words(history.quantity)} was stored in the last day.`);
  const runs = unbroken(points, step);
  const axis = scale(points, kind);
  const x = at => LEFT + (at - from) / (to - from) * (WIDTH - LEFT - RIGHT);
  const y = v => HEIGHT - BOTTOM - (v - axis.low) / (axis.high - axis.low) * (HEIGHT - TOP - BOTTOM);
  const gaps = between(runs, from, to, step);
  const per = kind === 'counter' ? ` per ${span(step)}` : '';
  const label = kind === 'contact' ? 'state' : (unit(history.unit) + per).trim();
  const about = `${words(history.quantity)} of ${history.sensor}, last day: from ${number(Math.min(...points.map(p => p.min)))} to `
    + `${number(Math.max(...points.map(p => p.max)))} ${unit(history.unit)}${per}, ${gaps.length === 1 ? 'one gap' : `${gaps.length} gaps`}.`;
  const root = svg('svg', { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'plot', 'aria-label': about, 'data-gaps': gaps.length, 'data-runs': runs.length });
  root.append(
    svg('defs', {}, svg('pattern', { id: 'hatch', width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' }, svg('rect', { width: 2.2, height: 7, class: 'hatch' }))));
  for (const [a, b] of gaps) {
    const wide = x(b) - x(a);
    root.append(svg('rect', { x: x(a), y: TOP, width: Math.max(1, wide), height: HEIGHT - TOP - BOTTOM, fill: 'url(#hatch)' }));
    if (wide > 4.5 * em) root.append(svg('text', { x: x(a) + wide / 2, y: (TOP + HEIGHT - BOTTOM) / 2, class: 'gap-word', 'text-anchor': 'middle' }, 'no data'));
  }
  for (const tick of axis.ticks) {
    root.append(svg('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: 'grid' }),
      svg('text', { x: LEFT - em / 2, y: y(tick) + em * 0.3, 'text-anchor': 'end' }, kind === 'contact' ? (tick > 0 ? 'triggered' : 'quiet') : number(tick)));
  }
  root.append(svg('text', { x: em * 0.4, y: em, class: 'axis' }, label));
  for (const at of hours(from, to)) {
    const time = new Date(at);
    root.append(svg('line', { x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM, class: time.getHours() === 0 ? 'grid midnight' : 'grid' }),
      svg('text', { x: x(at), y: HEIGHT - BOTTOM + 1.25 * em, 'text-anchor': 'middle' }, `${String(time.getHours()).padStart(2, '0')}:00`));
  }
  for (const run of runs) {
    // A step is as wide as it is long: a single one must show too.
    const upper = run.map(p => `${x(p.at).toFixed(1)},${y(p.max).toFixed(1)} ${x(p.at + step).toFixed(1)},${y(p.max).toFixed(1)}`);
    const lower = run.map(p => `${x(p.at + step).toFixed(1)},${y(p.min).toFixed(1)} ${x(p.at).toFixed(1)},${y(p.min).toFixed(1)}`).reverse();
    if (kind === 'level') root.append(svg('polygon', { points: [...upper, ...lower].join(' '), class: 'band' }));
    const middle = kind === 'level' && run.length > 1
      ? run.map(p => `${x(p.at + step / 2).toFixed(1)},${y(p.mean).toFixed(1)}`)
      : run.map(p => `${x(p.at).toFixed(1)},${y(p.mean).toFixed(1)} ${x(p.at + step).toFixed(1)},${y(p.mean).toFixed(1)}`);
    root.append(svg('polyline', { points: middle.join(' '), class: 'mean' }));
  }
  // Beside what was measured, never over it: hollow, the fainter the less sure.
  const repairs = (history.repairs ?? []).filter(r => r.value >= axis.low && r.value <= axis.high);
  for (const r of repairs) {
    root.append(svg('circle', { cx: x(Date.parse(r.at)), cy: y(r.value), r: em * 0.22, class: 'repair', 'stroke-opacity': Math.max(0.35, r.confidence) },
      svg('title', {}, `${number(r.value)} ${unit(history.unit)}, repaired (${r.method}, ${Math.round(r.confidence * 100)} % sure)`)));
  }
  if (repairs.length > 0) root.append(svg('text', { x: WIDTH - RIGHT, y: em, class: 'axis', 'text-anchor': 'end' }, `○ ${repairs.length} repaired`));
  const newest = points.at(-1);
  root.append(svg('circle', { cx: x(Math.min(to, newest.at + step / 2)), cy: y(newest.mean), r: em * 0.25, class: 'newest' }));
  return root;
}

/** Points with numbers. A counter is shown as what it gained in a step; when it starts again at zero, that is not a loss. */
function series(points, kind, step) {
  const all = points.map(p => ({ at: Date.parse(p.at), min: p.min, mean: kind === 'contact' ? p.max : p.mean, max: p.max }));
  if (kind !== 'counter') return all;
  const gained = [];
  for (let i = 1; i < all.length; i++) {
    if (all[i].at - all[i - 1].at > step * 1.5) continue;
    const more = all[i].max >= all[i - 1].max ? all[i].max - all[i - 1].max : all[i].max;
    gained.push({ at: all[i].at, min: more, mean: more, max: more });
  }
  return gained;
}

/** Runs of steps that follow each other. */
function unbroken(points, step) {
  const runs = [];
  for (const point of points) {
    const run = runs.at(-1);
    if (run && point.at - run.at(-1).at <= step * 1.5) run.push(point);
    else runs.push([point]);
  }
  return runs;
}

function between(runs, from, to, step) {
  const gaps = [];
  let end = from;
  for (const run of [...runs, [{ at: to }]]) {
    if (run[0].at - end > step * 1.5) gaps.push([end, run[0].at]);
    end = run.at(-1).at + step;
  }
  return gaps;
}

function scale(points, kind) {
  if (kind === 'contact') return { low: -0.08, high: 1.08, ticks: [0, 1] };
  let low = Math.min(...points.map(p => p.min)), high = Math.max(...points.map(p => p.max));
  if (kind === 'counter') low = 0;
  if (high - low < 1e-9) { low -= kind === 'counter' ? 0 : 1; high += 1; }
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 2.5, 5, 10].map(m => m * power).find(s => s >= rough);
  low = Math.floor(low / size) * size;
  high = Math.ceil(high / size) * size;
  const ticks = [];
  for (let t = low; t <= high + size / 2; t += size) ticks.push(Math.abs(t) < size / 1e6 ? 0 : t);
  return { low, high, ticks };
}

function hours(from, to) {
  const every = (to - from) / 3_600_000 > 12 ? 4 : 1, at = new Date(from), ticks = [];
  at.setMinutes(0, 0, 0);
  for (; at.getTime() <= to; at.setHours(at.getHours() + 1)) if (at.getTime() >= from && at.getHours() % every === 0) ticks.push(at.getTime());
  return ticks;
}

/** ISO 8601 durations of days, hours, minutes and seconds. */
export function seconds(text) {
  const [, d, h, m, s] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text) ?? [];
  return (d ?? 0) * 86_400 + (h ?? 0) * 3600 + (m ?? 0) * 60 + Number(s ?? 0);
}

const span = ms => ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : ms % 60_000 === 0 ? `${ms / 60_000} min` : `${Math.round(ms / 1000)} s`;
