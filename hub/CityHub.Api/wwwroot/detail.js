// One alert in full: its state, what can be done with it, and everything that happened to it.

import { ask, SignInNeeded } from './api.js';
import { ACTIONS } from './actions.js';
import { $, make, say, shape } from './dom.js';
import { forecastChart } from './forecast.js';
import { number, shortTime, unit, words } from './format.js';

const STATES = {
  normal: 'normal', unacknowledged: 'not acknowledged', acknowledged: 'acknowledged', 'returned-unacknowledged': 'over, not acknowledged',
  'latched-unacknowledged': 'over and latched, not acknowledged', 'latched-acknowledged': 'over and latched: to be reset', shelved: 'shelved',
  'suppressed-by-design': 'suppressed by design', 'out-of-service': 'out of service',
};

const KINDS = {
  'episode.raised': 'raised', 'episode.recorded': 'recorded without a call', 'episode.cleared': 'over', 'episode.withdrawn': 'withdrawn', 'episode.acknowledged': 'acknowledged',
  'episode.severity': 'severity changed', 'episode.updated': 'corrected by late readings', 'episode.reset': 'reset', 'episode.assigned': 'assigned to', 'episode.commented': 'said',
  'episode.false-alarm': 'false alarm', 'episode.escalated': 'escalated', 'episode.joined': 'more of its sensors are bad', 'episode.held': 'held back', 'episode.released': 'held back no longer',
};

let shown = null;   // id of the alert that is shown

export const shownAlert = () => shown;

/** @param start what an action's button does; @param signIn when the key is gone */
export async function showAlert(alert, { start, signIn, cityNow }) {
  shown = alert.id;
  let ahead = null;
  const put = (a, history, held) => { if (shown === a.id) $('pane-alert').replaceChildren(...content(a, history, held, start, ahead)); };
  if ($('pane-alert').dataset.id !== alert.id) put(alert, null, []);
  $('pane-alert').dataset.id = alert.id;
  try {
    const id = encodeURIComponent(alert.id);
    const [now, history, held] = await Promise.all([ask(`/v1/alerts/${id}`), ask(`/v1/alerts/${id}/history`), ask(`/v1/alerts/${id}/held?limit=50`)]);
    ahead = await expected(now, cityNow());
    put(now, history, held);
  } catch (wrong) {
    if (wrong instanceof SignInNeeded) signIn();
    else put(alert, [], []);
  }
}

/** The forecast behind an alert, drawn; null where its rule looks at none, or it has none now. */
async function expected(a, cityNow) {
  if (!a.open) return null;
  try {
    const early = (await ask(`/v1/sensors/${encodeURIComponent(a.sensor)}/early-warning`)).find(e => e.rule === a.rule && e.kind === 'forecast' && e.forecast.length > 1);
    if (!early) return null;
    const first = Date.parse(early.forecast[0].at), from = new Date(2 * first - Date.parse(early.forecast.at(-1).at)).toISOString();
    const history = await ask(`/v1/sensors/${encodeURIComponent(a.sensor)}/history?quantity=${encodeURIComponent(a.quantity)}&aggregate=mean&from=${from}&to=${new Date(first).toISOString()}`);
    return forecastChart(early, history.points, cityNow);
  } catch (wrong) {
    if (wrong instanceof SignInNeeded) throw wrong;
    return null;   // a district or a part of the hub has no sensor of its name
  }
}

function content(a, history, held, start, ahead) {
  const value = a.value === null || a.unit === '1' ? '' : `${number(a.value)} ${unit(a.unit)}`;
  const kind = { exercise: 'drill', test: 'test' }[a.kind];
  const facts = [
    ['State', STATES[a.state] ?? a.state], ['Rule', `${a.rule}, version ${a.ruleVersion}`], ['Where', [a.sensor, a.site, a.district].filter(Boolean).join(' · ')],
    ['Sensors', a.members.length > 0 && `${a.members.slice(0, 12).join(', ')}${a.members.length > 12 ? ` and ${a.members.length - 12} more` : ''}`],
    ['Node', a.node], ['Value', value && `${words(a.quantity)} ${value}`], ['For', [a.department, ...a.escalations.map(e => e.department)].filter(Boolean).join(', ')],
    ['Called', a.calledAt ? shortTime(a.calledAt) : a.raisedAt ? 'nobody yet' : 'nobody: only recorded'], ['Held back', a.held && `${a.held.because}${a.held.until ? `, until ${shortTime(a.held.until)}` : ''}`],
    ['Assigned', a.assigned && `${a.assigned.to} (by ${a.assigned.by})`], ['Category', a.category],
  ].filter(([, v]) => v);
  return [
    make('div', { class: `headline ${a.severity} ${kind ? `unreal ${kind}` : ''}` }, make('div', { class: 'sev' }, shape(kind ?? a.severity), make('span', {}, kind ? `${kind}, ${a.severity}` : a.severity)), make('strong', {}, a.message || words(a.rule))),
    a.runBook.startsWith('http') ? make('p', { class: 'book' }, make('a', { href: a.runBook, target: '_blank', rel: 'noopener noreferrer' }, 'What to do: run book ↗')) : null,
    make('div', { class: 'can' }, Object.entries(ACTIONS).filter(([, action]) => action.fits(a)).map(([name, action]) =>
      make('button', { type: 'button', class: name === 'acknowledge' ? 'go' : '', 'data-action': name, onclick: () => start(name, a) }, `${action.title} `, make('kbd', {}, action.key)))),
    ahead,
    make('dl', { class: 'facts' }, facts.map(([name, text]) => make('div', {}, make('dt', {}, name), make('dd', {}, text)))),
    held.length > 0 ? make('div', {}, make('h3', {}, `Stands for ${held.length} ${held.length === 1 ? 'alert' : 'alerts'}`), make('ul', { class: 'stands' }, held.map(h => make('li', {}, shape(h.severity), ` ${h.message || words(h.rule)} · ${h.sensor}`)))) : null,
    make('h3', {}, 'History'),
    history === null ? make('p', { class: 'empty' }, 'reading…') : make('ol', { class: 'history' }, history.toReversed().map(e => make('li', {},
      make('time', {}, shortTime(e.at)), make('span', {}, make('b', {}, e.by || 'sensor'), ` ${KINDS[e.kind] ?? e.kind}`, e.why && make('span', { class: 'why' }, ` ${e.why}`))))),
  ].filter(Boolean);
}

/** Leaves the pane when there is nothing to show. */
export function noAlert() {
  if (!shown) say($('pane-alert'), 'Press Enter on an alert to see what it is and what can be done.');
}
