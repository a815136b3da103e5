// What the desk has to bear: the strip of figures after ISA-18.2, and the banner of a flood.

import { $, make, say, svg } from './dom.js';
import { age, clockTime } from './format.js';

const share = value => value === 0 ? '0 %' : value < 0.01 ? '< 1 %' : `${Math.round(value * 100)} %`;
const rate = value => value === 0 ? '0' : value < 10 ? value.toFixed(1) : String(Math.round(value));

/** Each figure: what it is called, what it says, what is good, and whether it is. */
function figures(d) {
  const low = d.priorities.warning + d.priorities.minor;
  return [
    ['last 10 min', String(d.lastTenMinutes), 'more than 10 is a flood', d.lastTenMinutes <= 10, 'now'],
    ['per 10 min', rate(d.averagePerTenMinutes), 'on average; about 1 is acceptable, 2 can be managed', d.averagePerTenMinutes <= 2, 'rate'],
    ['in flood', share(d.floodShare), 'share of time with more than 10 in 10 minutes; under 1 % is good', d.floodShare < 0.01, 'flood'],
    ['standing', String(d.standing), `open on the desk; ${d.unacknowledged} of them not acknowledged`, true, 'standing'],
    ['stale', String(d.stale), 'open for more than 24 hours; under 5 is good', d.stale < 5, 'stale'],
    ['chattering', String(d.chattering.length), sources('came up three times within a minute, in the last 24 hours; none is good', d.chattering), d.chattering.length === 0, 'chattering'],
    ['fleeting', String(d.fleeting), 'over within 10 seconds, in the last 24 hours; none is good', d.fleeting === 0, 'fleeting'],
    ['top ten', share(d.topTenShare), sources('share of the ten most frequent sources', d.topTen), true, 'top'],
    ['low / mid / high', d.alerts === 0 ? '–' : `${Math.round(low * 100)} / ${Math.round(d.priorities.major * 100)} / ${Math.round(d.priorities.critical * 100)}`, 'mix of priorities in per cent; 80 / 15 / 5 is good', true, 'mix'],
  ];
}

const sources = (text, list) => [text, ...list.map(s => `${s.alerts} × ${s.rule} at ${s.sensor}`)].join('\n');

export function drawLoad(desk) {
  const strip = $('load');
  if (!strip.firstChild) strip.append(make('li', { class: 'spark', 'data-figure': 'spark' }), ...figures(desk).map(([name, , , , id]) =>
    make('li', { 'data-figure': id }, make('b', {}, '–'), make('span', {}, name))));
  strip.querySelector('[data-figure=spark]').replaceChildren(spark(desk.periods), make('span', {}, 'alerts in 24 h'));
  for (const [, value, good, ok, id] of figures(desk)) {
    const item = strip.querySelector(`[data-figure=${id}]`);
    say(item.querySelector('b'), ok ? value : `${value} ▲`);
    item.classList.toggle('over-target', !ok);
    item.title = good;
  }
}

/** The last day in periods of ten minutes; the line is the flood's limit. */
function spark(periods) {
  const most = Math.max(12, ...periods), height = 20, width = periods.length;
  const y = n => height - n / most * height;
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `Alerts in each ten minutes of the last day, at most ${Math.max(...periods)}` },
    ...periods.map((n, i) => n > 0 ? svg('rect', { x: i, y: y(n), width: 0.8, height: height - y(n), class: n > 10 ? 'flooded' : '' }) : null),
    svg('line', { x1: 0, x2: width, y1: y(10), y2: y(10) }));
}

/** Says that alerts are gathered, and lets people see them singly. */
export function drawFlood(desk, grouped, cityNow) {
  $('flood').hidden = !desk?.floodSince;
  if (!desk?.floodSince) return;
  say($('flood-text'), `FLOOD for ${age(cityNow() - Date.parse(desk.floodSince))}, since ${clockTime(new Date(desk.floodSince))}`);
  say($('flood-note'), `${desk.lastTenMinutes} alerts in 10 minutes. ${grouped ? 'Gathered by district; critical ones that wait stay on top, singly.' : 'Shown singly.'}`);
  say($('flood-toggle').firstChild, grouped ? 'Show singly ' : 'Gather by district ');
}
