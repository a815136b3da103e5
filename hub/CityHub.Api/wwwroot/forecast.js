// What a rule on a forecast expects: the last hours, the band that holds four values in five, and when it crosses the level.

import { make, svg } from './dom.js';
import { clockTime, number, unit } from './format.js';

const minutes = ms => { const m = Math.max(0, Math.round(ms / 60_000)); return m < 180 ? `${m} min` : `${Math.floor(m / 60)} h ${m % 60} min`; };

/** @param early one entry of /early-warning, with a forecast  @param points past steps of /history  @param now city time, ms */
export function forecastChart(early, points, now) {
  const ahead = early.forecast.map(p => ({ at: Date.parse(p.at), low: p.low, middle: p.middle, high: p.high }));
  const origin = ahead[0].at, end = ahead.at(-1).at, from = origin - (end - origin);
  const past = points.map(p => ({ at: Date.parse(p.at), mean: p.mean })).filter(p => p.at >= from && p.at <= origin && p.mean !== undefined);
  const WIDTH = 460, HEIGHT = 150, LEFT = 44, RIGHT = 10, TOP = 18, BOTTOM = 22;
  const values = [...ahead.flatMap(p => [p.low, p.high]), ...past.map(p => p.mean), early.level];
  const pad = (Math.max(...values) - Math.min(...values) || 1) * 0.08, low = Math.min(...values) - pad, high = Math.max(...values) + pad;
  const x = at => LEFT + (at - from) / (end - from) * (WIDTH - LEFT - RIGHT);
  const y = v => HEIGHT - BOTTOM - (v - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
  const line = (list, value) => list.map(p => `${x(p.at).toFixed(1)},${y(value(p)).toFixed(1)}`).join(' ');
  const text = says(early, now);
  const c = early.crosses && { at: Date.parse(early.crosses.at), earliest: Date.parse(early.crosses.earliest), latest: early.crosses.latest ? Date.parse(early.crosses.latest) : end };
  const root = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'plot ahead', 'aria-label': `${text} The band holds four values in five.` },
    c ? svg('rect', { x: x(c.earliest), y: TOP, width: Math.max(2, x(c.latest) - x(c.earliest)), height: HEIGHT - TOP - BOTTOM, class: 'window' }) : null,
    svg('polygon', { points: `${line(ahead, p => p.high)} ${line(ahead.toReversed(), p => p.low)}`, class: 'band' }),
    svg('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(early.level), y2: y(early.level), class: 'level' }),
    svg('text', { x: LEFT + 4, y: y(early.level) - 4, class: 'level-word' }, `${number(early.level)} ${unit(early.unit)}`),
    svg('polyline', { points: line([...past, { at: origin, mean: ahead[0].middle }], p => p.mean), class: 'mean' }),
    svg('polyline', { points: line(ahead, p => p.middle), class: 'middle' }),
    svg('line', { x1: x(origin), x2: x(origin), y1: TOP, y2: HEIGHT - BOTTOM, class: 'midnight' }),
    c ? svg('circle', { cx: x(c.at), cy: y(early.level), r: 4, class: 'crossing' }) : null,
    ...[from, origin, end].map((at, i) => svg('text', { x: x(at), y: HEIGHT - 6, 'text-anchor': ['start', 'middle', 'end'][i] }, i === 1 ? `forecast of ${clockTime(new Date(at)).slice(0, 5)}` : clockTime(new Date(at)).slice(0, 5))),
    ...[low + pad, high - pad].map(v => svg('text', { x: LEFT - 6, y: y(v) + 4, 'text-anchor': 'end' }, number(v))));
  return make('figure', { class: 'forecast' }, make('figcaption', {}, text), root);
}

/** "Crosses 3 m in 42 min, between 30 and 61 min." */
function says(early, now) {
  const level = `${number(early.level)} ${unit(early.unit)}`;
  if (!early.crosses) return `Not expected to cross ${level} within ${minutes(Date.parse(early.forecast.at(-1).at) - now)}.`;
  const { at, earliest, latest } = early.crosses;
  const sure = latest ? `between ${minutes(Date.parse(earliest) - now)} and ${minutes(Date.parse(latest) - now)}` : `not before ${minutes(Date.parse(earliest) - now)}, perhaps later than ${minutes(Date.parse(early.forecast.at(-1).at) - now)}`;
  return `Crosses ${level} in ${minutes(Date.parse(at) - now)}, ${sure}.`;
}
