// The list of open alerts: what stands in it, in which order, and which one is picked.

import { $, make, say, shape } from './dom.js';
import { age, number, shortTime, unit, words } from './format.js';

const ORDER = ['critical', 'major', 'minor', 'warning'];
const DAY = 86_400_000;

export class Alerts {
  #all = new Map();     // id → alert: open ones, and those that are over and not acknowledged
  #rows = new Map();    // id → row
  #picked = null;
  #filter = '';
  #known = false;       // whether the hub has told us the state at all

  constructor({ sites, cityNow, acknowledge, show }) {
    Object.assign(this, { sites, cityNow, acknowledge, show });
    for (const list of [$('alerts'), $('over')]) list.addEventListener('focusin', e => this.#pick(e.target.closest('li')?.dataset.id));
  }

  get picked() { return this.#all.get(this.#picked) ?? null; }

  /** Everything anew, after a connect or a gap. */
  replace(alerts) {
    this.#known = true;
    this.#all = new Map(alerts.filter(wanted).map(a => [a.id, a]));
    this.draw();
  }

  /** One alert as it is now. Returns what it was before, if it was here. */
  put(alert) {
    const before = this.#all.get(alert.id);
    if (wanted(alert)) this.#all.set(alert.id, alert);
    else this.#all.delete(alert.id);
    this.draw();
    return before;
  }

  filter(text) {
    this.#filter = text.trim().toLowerCase();
    this.draw();
  }

  move(by) {
    const order = [...document.querySelectorAll('#alerts > li, #over > li')];
    if (order.length === 0) return;
    const at = order.findIndex(row => row.dataset.id === this.#picked);
    const row = order[at < 0 ? (by > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + by))];
    row.focus();
    row.scrollIntoView({ block: 'nearest' });
  }

  draw() {
    const open = [...this.#all.values()].filter(a => a.open).sort(byUrgency);
    const over = [...this.#all.values()].filter(a => !a.open).sort(byUrgency);
    const fits = a => !this.#filter || this.#text(a).includes(this.#filter);
    const shown = open.filter(fits);
    this.#list($('alerts'), shown);
    const ended = over.filter(fits);
    this.#list($('over'), ended);
    $('over-part').hidden = ended.length === 0;
    for (const [id, row] of this.#rows) if (!row.isConnected) this.#rows.delete(id);
    this.#pick(this.#rows.has(this.#picked) ? this.#picked : null);
    $('calm').hidden = shown.length > 0;
    $('calm').classList.toggle('unknown', !this.#known);
    say($('calm').querySelector('strong'), !this.#known ? 'Not yet heard from the hub' : open.length === 0 ? 'No open alerts' : 'No open alert fits the filter');
    const waiting = open.filter(a => !a.acknowledged).length;
    say($('alerts-note'), open.length === 0 ? '' : `${waiting === 0 ? 'all acknowledged' : `${waiting} not acknowledged`}${shown.length < open.length ? ` · ${shown.length} of ${open.length} shown` : ''}`);
    this.#tally(open);
    document.title = waiting > 0 ? `(${waiting}) Alert desk · CityHub` : 'Alert desk · CityHub';
  }

  /** Ages count on, once a second. */
  tick() {
    const now = this.cityNow();
    for (const [id, row] of this.#rows) {
      const alert = this.#all.get(id);
      if (alert) say(row.querySelector('.age b'), age(now - Date.parse(since(alert))));
    }
  }

  #list(list, alerts) {
    const focused = document.activeElement?.closest('li')?.dataset.id;
    const rows = alerts.map(a => this.#row(a));
    rows.forEach((row, i) => { if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null); });
    while (list.children.length > rows.length) list.lastChild.remove();
    const again = focused && rows.find(r => r.dataset.id === focused);
    if (again && !again.contains(document.activeElement)) again.focus({ preventScroll: true });
  }

  #row(alert) {
    const known = this.#rows.get(alert.id);
    const stamp = JSON.stringify([alert, this.sites.get(alert.sensor)?.site]);
    if (known?.stamp === stamp) return known;
    const row = known ?? make('li', { 'data-id': alert.id, tabindex: '-1' });
    row.stamp = stamp;
    row.className = `row ${alert.severity}${alert.acknowledged ? ' taken' : ''}${alert.open ? '' : ' ended'}${alert.id === this.#picked ? ' picked' : ''}`;
    row.replaceChildren(...this.#cells(alert));
    this.#rows.set(alert.id, row);
    return row;
  }

  #cells(a) {
    const site = this.sites.get(a.sensor)?.site;
    const value = a.value === null ? '' : a.unit === '1' ? '' : `${number(a.value)} ${unit(a.unit)}`;
    const facts = [a.late && 'late', !a.raisedAt && 'recorded only', a.clearedAt && `over since ${shortTime(a.clearedAt)}`].filter(Boolean);
    return [
      make('div', { class: 'sev' }, shape(a.severity), make('span', {}, a.severity)),
      make('div', { class: 'body' },
        make('div', { class: 'said' }, a.message || words(a.rule)),
        make('div', { class: 'where' },
          make('button', { type: 'button', class: 'sensor', tabindex: '-1', title: 'Last day (Enter)', onclick: () => this.show(a.sensor, a.quantity) }, a.sensor),
          make('span', {}, [a.district, site].filter(Boolean).join(' · ')),
          value && make('span', { class: 'value' }, `${words(a.quantity)} ${value}`),
          facts.length > 0 && make('span', { class: 'fact' }, facts.join(' · '))),
        a.acknowledged && make('div', { class: 'ack' }, make('span', { class: 'tick', 'aria-hidden': 'true' }, '✓'),
          ` ${a.acknowledged.by}, ${shortTime(a.acknowledged.at)}${a.acknowledged.note ? ` – ${a.acknowledged.note}` : ''}`)),
      make('div', { class: 'age' }, make('b', {}, age(this.cityNow() - Date.parse(since(a)))), make('span', {}, `since ${shortTime(since(a))}`)),
      make('div', { class: 'do' }, !a.acknowledged && make('button', { type: 'button', class: 'go', tabindex: '-1', onclick: () => { this.#pick(a.id); this.acknowledge(a); } }, 'Acknowledge')),
    ];
  }

  #pick(id) {
    if (id === undefined) return;
    this.#picked = id;
    // Without a pick, Tab enters the list at its first row; but nothing is acknowledged that nobody picked.
    const entry = this.#rows.get(id) ?? document.querySelector('#alerts > li, #over > li');
    for (const row of this.#rows.values()) {
      row.tabIndex = row === entry ? 0 : -1;
      row.classList.toggle('picked', row.dataset.id === id);
      if (row.dataset.id === id) row.setAttribute('aria-current', 'true');
      else row.removeAttribute('aria-current');
    }
  }

  #tally(open) {
    for (const severity of ORDER) {
      let tile = $('tallies').querySelector(`[data-severity=${severity}]`);
      if (!tile) $('tallies').append(tile = make('li', { 'data-severity': severity, class: severity }, shape(severity), make('b', {}, '0'), make('span', {}, severity)));
      const count = open.filter(a => a.severity === severity).length;
      say(tile.querySelector('b'), this.#known ? String(count) : '–');
      tile.classList.toggle('none', count === 0);
    }
  }

  #text(a) {
    return [a.message, a.rule, a.sensor, a.district, this.sites.get(a.sensor)?.site, a.department, a.severity, words(a.quantity), a.acknowledged?.by].join(' ').toLowerCase();
  }
}

/** On the desk: what is open, and what is over, was raised, and nobody has acknowledged. */
const wanted = a => a.open || (a.raisedAt && !a.acknowledged && !a.withdrawnAt && Date.parse(a.clearedAt) > Date.parse(a.raisedAt) - DAY);

const since = a => a.raisedAt ?? a.recordedAt ?? a.firstBreachAt;

/** Most urgent first; within one severity, newest first. */
function byUrgency(a, b) {
  return ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || since(b).localeCompare(since(a)) || a.id.localeCompare(b.id);
}
