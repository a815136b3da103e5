// What is not on the desk and why: alerts that are held back, and what people have put aside.

import { $, make, say, shape } from './dom.js';
import { age, shortTime, words } from './format.js';
import { marks, since } from './alerts.js';

const REASONS = { 'out-of-service': 'out of service', maintenance: 'maintenance', shelved: 'shelved', design: 'by design', inhibited: 'another stands for it', grouped: 'with its group' };
const KINDS = { shelved: 'shelved', maintenance: 'maintenance', 'out-of-service': 'out of service' };

export function drawHeld(page, { open, cityNow }) {
  say($('held-count'), String(page.total));
  $('tab-held').classList.toggle('some', page.total > 0);
  $('pane-held').replaceChildren(page.total === 0 ? make('p', { class: 'empty' }, 'Nothing is held back.') : make('div', {},
    make('p', { class: 'part' }, marks(page.counts), ` ${page.total} held back${page.alerts.length < page.total ? `, ${page.alerts.length} shown` : ''}. They are evaluated and counted all the same.`),
    make('ol', { class: 'rows' }, page.alerts.map(a => make('li', { class: `row held ${a.severity}`, 'data-id': a.id },
      make('div', { class: 'sev' }, shape(a.severity), make('span', {}, a.severity)),
      make('div', { class: 'body' },
        make('div', { class: 'said' }, a.message || words(a.rule)),
        make('div', { class: 'where' }, make('button', { type: 'button', class: 'sensor', onclick: () => open(a) }, a.sensor), make('span', {}, [a.district, a.site].filter(Boolean).join(' · '))),
        make('div', { class: 'reason' }, ...reason(a.held))),
      make('div', { class: 'age' }, make('b', {}, age(cityNow() - Date.parse(since(a)))), make('span', {}, a.calledAt ? 'was told' : 'nobody told')))))));
}

/** The reason in a word, and the rest of the sentence without it. */
function reason(held) {
  const word = REASONS[held.reason] ?? held.reason;
  const rest = held.because.startsWith(word) ? held.because.slice(word.length) : `: ${held.because}`;
  return [make('b', {}, word), `${rest}${held.until ? ` · until ${shortTime(held.until)}` : ''}`];
}

export function drawAside(list, { end, add, drill, cityNow }) {
  say($('aside-count'), String(list.length));
  $('tab-aside').classList.toggle('some', list.length > 0);
  const scope = s => Object.entries(s.scope).filter(([, v]) => v).map(([k, v]) => `${k} ${v}`).join(', ');
  $('pane-aside').replaceChildren(
    make('div', { class: 'can' }, make('button', { type: 'button', onclick: add }, 'Maintenance… ', make('kbd', {}, 'm')), make('button', { type: 'button', class: 'drill-button', onclick: drill }, shape('drill'), 'Drill or test… ', make('kbd', {}, 'd'))),
    list.length === 0 ? make('p', { class: 'empty' }, 'Nothing is put aside: no maintenance, nothing shelved, nothing out of service.') : make('table', {},
      make('thead', {}, make('tr', {}, ['Kind', 'What', 'From', 'Until', 'By and why', ''].map(t => make('th', { scope: 'col' }, t)))),
      make('tbody', {}, list.map(s => make('tr', { 'data-id': s.id, class: Date.parse(s.from) > cityNow() ? 'to-come' : '' },
        make('td', {}, KINDS[s.kind] ?? s.kind), make('th', { scope: 'row' }, scope(s)), make('td', {}, shortTime(s.from)), make('td', {}, s.until ? shortTime(s.until) : 'put back'),
        make('td', { class: 'wide' }, make('b', {}, s.by), ` ${s.why}`), make('td', {}, make('button', { type: 'button', class: 'quiet', onclick: () => end({ id: s.id, text: `${KINDS[s.kind]}: ${scope(s)}` }) }, 'End')))))));
}
