// Districts, nodes and sensors on the right-hand side.

import { $, make, say, shape } from './dom.js';
import { reading, shortTime, words } from './format.js';

const PRESENCE = ['offline', 'stale', 'silent', 'unheard', 'online'];   // what needs a look comes first

export function drawDistricts(districts, filterBy) {
  const rows = districts.map(d => {
    const open = Object.entries(d.openAlerts).filter(([, n]) => n > 0);
    return make('tr', {},
      make('th', { scope: 'row' }, make('button', { type: 'button', class: 'plain', title: 'Show its alerts alone', onclick: () => filterBy(d.id) }, d.name || d.id)),
      make('td', { class: d.nodesOnline < d.nodes ? 'short' : '' }, `${d.nodesOnline} / ${d.nodes}`),
      make('td', { class: d.sensorsOnline < d.sensors ? 'short' : '' }, `${d.sensorsOnline} / ${d.sensors}`),
      make('td', {}, make('div', { class: 'marks' }, open.length === 0 ? make('span', { class: 'dim' }, 'none')
        : open.map(([severity, n]) => make('span', { class: `mark ${severity}`, title: `${n} ${severity}` }, shape(severity), `${n}`, make('span', { class: 'hidden' }, ` ${severity}`))))));
  });
  replace($('pane-districts'), make('table', {},
    make('thead', {}, make('tr', {}, ['District', 'Nodes', 'Sensors', 'Open alerts'].map(t => make('th', { scope: 'col' }, t)))), make('tbody', {}, rows)));
}

export function drawNodes(nodes) {
  const sorted = [...nodes].sort((a, b) => PRESENCE.indexOf(a.presence) - PRESENCE.indexOf(b.presence) || a.id.localeCompare(b.id));
  replace($('pane-nodes'), make('ul', { class: 'tiles' }, sorted.map(n => make('li', { class: n.presence, title: [`${n.sensors} sensors`, n.outstanding > 0 && `${n.outstanding} batches outstanding`, n.clock && `clock ${n.clock}`, n.unledgered && 'unledgered', ...n.deviations].filter(Boolean).join(', ') },
    shape(n.presence), make('b', {}, n.node),
    make('span', {}, n.presence === 'online' ? 'online' : `${n.presence}${n.lastHeard ? ` · heard ${shortTime(n.lastHeard)}` : ''}`)))));
  const online = nodes.filter(n => n.presence === 'online').length;
  say($('fleet'), `${online} / ${nodes.length}`);
  $('fleet').classList.toggle('short', online < nodes.length);
}

const MOST_SENSORS = 300;

export function drawSensors(all, filter, shown, show) {
  const pane = $('pane-sensors');
  const part = filter.trim().toLowerCase();
  const fits = all.filter(s => !part || `${s.id} ${s.place.district} ${s.place.site} ${s.node} ${s.values.map(v => words(v.quantity)).join(' ')}`.toLowerCase().includes(part));
  const sensors = fits.slice(0, MOST_SENSORS);
  const focused = document.activeElement?.closest?.('#pane-sensors button')?.dataset.sensor;
  replace(pane, make('div', {}, fits.length < all.length || sensors.length < fits.length ? make('p', { class: 'part' }, `${sensors.length} of ${all.length} sensors; the filter picks`) : null, make('ul', { class: 'sensors' }, sensors.map(s => make('li', {},
    make('button', { type: 'button', 'data-sensor': s.id, class: s.presence, 'aria-pressed': String(s.id === shown), onclick: () => show(s.id, null) },
      shape(s.presence), make('b', {}, s.id), make('span', { class: 'place' }, [s.place.district, s.place.site].filter(Boolean).join(' · ')),
      make('span', { class: 'value' }, s.presence === 'online' ? s.values.map(v => v.kind === 'contact' ? `${words(v.quantity)} ${reading(v)}` : reading(v)).slice(0, 3).join('  ') || 'nothing yet' : s.presence)))))));
  if (focused) pane.querySelector(`[data-sensor="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

// A pane that is scrolled stays where it is when its content comes anew.
function replace(pane, content) {
  const top = pane.scrollTop;
  pane.replaceChildren(content);
  pane.scrollTop = top;
}
