// The list of open alerts: what stands in it, in which order, gathered or singly, and which one is picked.

import { $, make, say, shape } from './dom.js';
import { age, number, shortTime, unit, words } from './format.js';

export const ORDER = ['critical', 'major', 'minor', 'warning'];
const KINDS = { exercise: 'drill', test: 'test' };
const SINGLY = 20;   // critical ones that wait are shown singly in a flood, up to so many

export class Alerts {
  #all = new Map();      // id → alert: open ones that were read, and those that are over and unsettled
  #rows = new Map();     // key → row
  #picked = null;
  #filter = '';
  #known = false;        // whether the hub has told us the state at all
  #page = null;          // what the hub says of all of it: totals, counts, districts
  #expanded = new Set(); // districts that are unfolded while alerts are gathered
  #grouped = false;

  constructor({ sites, cityNow, acknowledge, acknowledgeAll, show, open, unfold }) {
    Object.assign(this, { sites, cityNow, acknowledge, acknowledgeAll, show, open, unfold });
    for (const list of [$('alerts'), $('over')]) list.addEventListener('focusin', e => this.#pick(e.target.closest('li')?.dataset.id));
  }

  get picked() { return this.#all.get(this.#picked) ?? null; }

  get pickedGroup() { return this.#picked?.startsWith('district:') ? this.#picked.slice(9) : null; }

  find(id) { return this.#all.get(id) ?? null; }

  /** All that is read of a district and waits for an acknowledgement. */
  waitingIn(district) { return [...this.#all.values()].filter(a => a.open && a.district === district && !a.acknowledged && !offDesk(a)); }

  /** Everything anew, after a connect, a gap or a change. */
  replace(page, over, grouped) {
    this.#known = true;
    this.#page = page;
    this.#grouped = grouped;
    const kept = [...this.#all.values()].filter(a => grouped && this.#expanded.has(a.district) && a.open);   // an unfolded district may hold more than the page
    this.#all = new Map([...kept, ...over, ...page.alerts].filter(wanted).map(a => [a.id, a]));
    this.draw();
  }

  /** More of them, of an unfolded district. */
  add(alerts) {
    for (const alert of alerts) if (wanted(alert)) this.#all.set(alert.id, alert);
    this.draw();
  }

  /** One alert as it is now. Returns what it was before, if it was here. */
  put(alert) {
    const before = this.#all.get(alert.id);
    if (before && before.change > alert.change) return before;
    if (wanted(alert)) this.#all.set(alert.id, alert);
    else this.#all.delete(alert.id);
    this.draw();
    return before;
  }

  filter(text) {
    this.#filter = text.trim().toLowerCase();
    this.draw();
  }

  toggle(district) {
    if (this.#expanded.delete(district)) this.draw();
    else {
      this.#expanded.add(district);
      this.draw();
      this.unfold(district);
    }
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
    const fits = a => !this.#filter || this.#text(a).includes(this.#filter);
    const open = [...this.#all.values()].filter(a => a.open).sort(byUrgency);
    const over = [...this.#all.values()].filter(a => !a.open).sort(byUrgency).filter(fits);
    const shown = open.filter(fits);
    this.#list($('alerts'), this.#grouped ? this.#gathered(shown) : shown.map(a => this.#row(a)));
    this.#list($('over'), over.map(a => this.#row(a)));
    $('over-part').hidden = over.length === 0;
    for (const [key, row] of this.#rows) if (!row.isConnected) this.#rows.delete(key);
    this.#pick(this.#rows.has(this.#picked) ? this.#picked : null);
    $('calm').hidden = $('alerts').children.length > 0;
    $('calm').classList.toggle('unknown', !this.#known);
    const total = Math.max(open.length, this.#page?.total ?? 0);
    say($('calm').querySelector('strong'), !this.#known ? 'Not yet heard from the hub' : total === 0 ? 'No open alerts' : 'No open alert fits the filter');
    const waiting = total > open.length ? this.#page.unacknowledged : open.filter(a => !a.acknowledged && real(a)).length;
    say($('alerts-note'), total === 0 ? '' : `${waiting === 0 ? 'all acknowledged' : `${waiting} not acknowledged`}${!this.#grouped && shown.length < total ? ` · ${shown.length} of ${total} shown` : ''}`);
    $('more').hidden = this.#grouped || !this.#page || this.#page.alerts.length >= this.#page.total;
    this.#tally(open, total > open.length);
    document.title = waiting > 0 ? `(${waiting}) Alert desk · CityHub` : 'Alert desk · CityHub';
  }

  /** Ages count on, once a second. */
  tick() {
    const now = this.cityNow();
    for (const row of this.#rows.values()) {
      const alert = this.#all.get(row.dataset.of);
      if (alert) say(row.querySelector('.age b'), age(now - Date.parse(since(alert))));
    }
  }

  /** Critical ones that wait, singly; then one row a district, unfolded on demand. */
  #gathered(shown) {
    const top = shown.filter(a => a.severity === 'critical' && !a.acknowledged && real(a)).slice(0, SINGLY);
    const rows = top.map(a => this.#row(a));
    for (const d of this.#page?.districts ?? []) {
      if (this.#filter && !d.district.includes(this.#filter) && !shown.some(a => a.district === d.district)) continue;
      rows.push(this.#group(d));
      if (this.#expanded.has(d.district)) rows.push(...shown.filter(a => a.district === d.district && !top.includes(a)).map(a => this.#row(a, 'within')));
    }
    rows.push(...shown.filter(a => !real(a)).map(a => this.#row(a)));
    return rows;
  }

  #list(list, rows) {
    const focused = document.activeElement?.closest('li')?.dataset.id;
    rows.forEach((row, i) => { if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null); });
    while (list.children.length > rows.length) list.lastChild.remove();
    const again = focused && rows.find(r => r.dataset.id === focused);
    if (again && !again.contains(document.activeElement)) again.focus({ preventScroll: true });
  }

  #kept(key, stamp, name, of, cells) {
    const known = this.#rows.get(key);
    if (known?.stamp === stamp) return known;
    const row = known ?? make('li', { 'data-id': key, tabindex: '-1' });
    row.stamp = stamp;
    row.dataset.of = of;
    row.className = `${name}${key === this.#picked ? ' picked' : ''}`;
    row.replaceChildren(...cells());
    this.#rows.set(key, row);
    return row;
  }

  #group(d) {
    const unfolded = this.#expanded.has(d.district);
    const key = `district:${d.district}`;
    const name = d.district || 'no district';
    return this.#kept(key, JSON.stringify([d, unfolded]), `row group ${d.worst.severity}${d.unacknowledged === 0 ? ' taken' : ''}`, d.worst.id, () => [
      make('div', { class: 'sev' }, shape(d.worst.severity), make('span', {}, `${d.alerts}`)),
      make('div', { class: 'body' },
        make('div', { class: 'said' }, make('button', { type: 'button', class: 'plain', tabindex: '-1', 'aria-expanded': String(unfolded), onclick: () => this.toggle(d.district) }, `${unfolded ? '▾' : '▸'} ${name}`)),
        make('div', { class: 'where' }, marks(d.counts), make('span', {}, `${d.unacknowledged} not acknowledged`), make('span', { class: 'dim' }, `worst: ${d.worst.message || words(d.worst.rule)}`))),
      make('div', { class: 'age' }, make('b', {}, age(this.cityNow() - Date.parse(since(d.worst)))), make('span', {}, 'newest of the worst')),
      make('div', { class: 'do' }, d.unacknowledged > 0 && make('button', { type: 'button', class: 'go', tabindex: '-1', onclick: () => this.acknowledgeAll(d.district) }, 'Acknowledge…')),
    ]);
  }

  #row(alert, extra = '') {
    const kind = KINDS[alert.kind];
    const name = ['row', alert.severity, kind && `unreal ${kind}`, alert.acknowledged && 'taken', !alert.open && 'ended', extra].filter(Boolean).join(' ');
    return this.#kept(alert.id, JSON.stringify([alert, this.sites.get(alert.sensor)?.site, extra]), name, alert.id, () => this.#cells(alert, kind));
  }

  #cells(a, kind) {
    const site = a.site || this.sites.get(a.sensor)?.site;
    const value = a.value === null || a.unit === '1' ? '' : `${number(a.value)} ${unit(a.unit)}`;
    const facts = [a.late && 'late', !a.raisedAt && 'recorded only', a.clearedAt && `over since ${shortTime(a.clearedAt)}`, a.falseAlarm && 'false alarm',
      a.state?.startsWith('latched') && 'latched: needs a reset', a.held && `${a.held.because}${a.held.until ? `, ${shortTime(a.held.until)}` : ''}`].filter(Boolean);
    const last = a.escalations.at(-1);
    return [
      make('div', { class: 'sev' }, shape(kind ?? a.severity), kind ? make('span', {}, kind, make('small', {}, a.severity)) : make('span', {}, a.severity)),
      make('div', { class: 'body' },
        make('div', { class: 'said' }, a.message || words(a.rule)),
        make('div', { class: 'where' },
          make('button', { type: 'button', class: 'sensor', tabindex: '-1', title: 'Its last day and its history (Enter)', onclick: () => this.open(a) }, a.sensor),
          make('span', {}, [a.district, site].filter(Boolean).join(' · ')),
          value && make('span', { class: 'value' }, `${words(a.quantity)} ${value}`),
          facts.length > 0 && make('span', { class: 'fact' }, facts.join(' · '))),
        last && make('div', { class: 'step' }, `⇧ escalated ${shortTime(last.at)}${last.department ? ` to ${last.department}` : ''}${last.severity ? `, counts as ${last.severity}` : ''}`),
        (a.acknowledged || a.assigned || a.comments > 0) && make('div', { class: 'ack' },
          a.acknowledged && make('span', {}, make('span', { class: 'tick', 'aria-hidden': 'true' }, '✓'), ` ${a.acknowledged.by}, ${shortTime(a.acknowledged.at)}${a.acknowledged.note ? ` – ${a.acknowledged.note}` : ''}`),
          a.assigned && make('span', { class: 'who' }, `→ ${a.assigned.to}`),
          a.comments > 0 && make('span', { class: 'dim' }, a.comments === 1 ? '1 comment' : `${a.comments} comments`))),
      make('div', { class: 'age' }, make('b', {}, age(this.cityNow() - Date.parse(since(a)))), make('span', {}, `since ${shortTime(since(a))}`)),
      make('div', { class: 'do' },
        !a.acknowledged && make('button', { type: 'button', class: 'go', tabindex: '-1', onclick: () => { this.#pick(a.id); this.acknowledge(a); } }, 'Acknowledge'),
        make('button', { type: 'button', class: 'quiet more-do', tabindex: '-1', title: 'What else can be done (Enter)', 'aria-label': 'More', onclick: () => { this.#pick(a.id); this.open(a); } }, '⋯')),
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

  /** @param all whether the hub knows of more than was read: then its counts are shown, not ours */
  #tally(open, all) {
    for (const severity of ORDER) {
      let tile = $('tallies').querySelector(`[data-severity=${severity}]`);
      if (!tile) $('tallies').append(tile = make('li', { 'data-severity': severity, class: severity }, shape(severity), make('b', {}, '0'), make('span', {}, severity)));
      const count = all && !this.#filter ? this.#page.counts[severity] : open.filter(a => a.severity === severity && real(a)).length;
      say(tile.querySelector('b'), this.#known ? String(count) : '–');
      tile.classList.toggle('none', count === 0);
    }
  }

  #text(a) {
    return [a.message, a.rule, a.sensor, a.district, a.site, this.sites.get(a.sensor)?.site, a.department, a.severity, words(a.quantity), a.acknowledged?.by, a.assigned?.to, KINDS[a.kind]].join(' ').toLowerCase();
  }
}

export const marks = counts => make('span', { class: 'marks' }, ORDER.filter(s => counts[s] > 0).map(s =>
  make('span', { class: `mark ${s}`, title: `${counts[s]} ${s}` }, shape(s), `${counts[s]}`, make('span', { class: 'hidden' }, ` ${s}`))));

const real = a => a.kind === 'actual';

const offDesk = a => a.held && a.held.reason !== 'grouped';

/** On the desk: what is open and not held back; and what is over and still asks for somebody. */
const wanted = a => a.open ? !offDesk(a) : ['returned-unacknowledged', 'latched-unacknowledged', 'latched-acknowledged'].includes(a.state);

export const since = a => a.raisedAt ?? a.recordedAt ?? a.firstBreachAt;

/** Real ones before drills; most urgent first; within one severity, newest first. */
function byUrgency(a, b) {
  return real(b) - real(a) || ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || since(b).localeCompare(since(a)) || a.id.localeCompare(b.id);
}
