// The alert desk: state from /v1, kept live by the event stream, loud when the stream falls silent.

import { actions } from './actions.js';
import { Alerts } from './alerts.js';
import { ask, refused, SignInNeeded } from './api.js';
import { drawAside, drawHeld } from './aside.js';
import { chart } from './chart.js';
import { drawDistricts, drawNodes, drawSensors } from './city.js';
import { noAlert, showAlert, shownAlert } from './detail.js';
import { $, make, say } from './dom.js';
import { clockTime, words } from './format.js';
import { keyboard, tabs } from './keys.js';
import { drawFlood, drawLoad } from './load.js';
import { follow } from './stream.js';

const SILENT_MS = 20_000, REFRESH_MS = 10_000, PLACES_MS = 60_000, PAGE = 200, MOST = 1000;

const sites = new Map();
let sensors = [], sensorsRead = 0, shown = null, city = null, lastWord = performance.now(), lastWordAt = new Date(), started = false, live = false;
let desk = null, singly = null, pageSize = PAGE;   // singly: null follows the flood, true or false is the officer's word

/** City time: the hub's, counted on by this machine's steady clock. */
const cityNow = () => city ? city.at + (performance.now() - city.heard) : Date.now();
const isGrouped = () => singly === null ? desk?.floodSince != null : !singly;

const doing = actions({ after: done, signIn });
const alerts = new Alerts({ sites, cityNow, acknowledge: askNote, acknowledgeAll: d => gather(d), show: showSensor, open: openAlert, unfold });

// --- state -----------------------------------------------------------------------------------------------------

let loading = null, again = false;
let during = [];   // alerts that were told while a list was on its way: the list may be older than they are

/** Reads the desk anew, and the city too where it is asked for; calls that come meanwhile are one more round after it. */
function load(all = true) {
  if (loading) { again = again === true || all; return loading; }
  loading = (async () => {
    let whole = all;
    do {
      again = null;
      during = [];
      await Promise.all([readDesk(), whole ? readCity(true) : null]);
      whole = again === true;
    } while (again !== null);
  })().catch(wrong => { if (wrong instanceof SignInNeeded) signIn(); }).finally(() => { loading = null; });
  return loading;
}

// Which desk of the desk file is looked at; kept by this browser. Empty: all of the city.
let seat = localStorage.getItem('desk') ?? '';

function drawSeats() {
  $('desks').hidden = desk.desks.length < 2;
  const named = desk.desks.map(name => [name === desk.desks[0] ? '' : name, name]);
  if (named.map(n => n[1]).join('\n') !== [...$('desk-pick').options].map(o => o.text).join('\n')) $('desk-pick').replaceChildren(...named.map(([value, text]) => make('option', { value }, text)));
  $('desk-pick').value = seat;
  document.title = `${seat || 'Alert desk'} · CityHub`;
}

$('desk-pick').addEventListener('change', () => {
  seat = $('desk-pick').value;
  localStorage.setItem('desk', seat);
  load(false);
});

/** A desk that is no longer in the desk file gives way to the whole city. */
async function readFigures() {
  try {
    return await ask(seat ? `/v1/desk?desk=${encodeURIComponent(seat)}` : '/v1/desk');
  } catch (wrong) {
    if (!seat || wrong.name !== 'Error' || wrong instanceof SignInNeeded) throw wrong;
    seat = '';
    localStorage.removeItem('desk');
    return ask('/v1/desk');
  }
}

async function readDesk() {
  const first = seat ? await readFigures() : null;   // whether there is such a desk
  const filter = $('filter').value.trim();
  const whose = seat ? `&desk=${encodeURIComponent(seat)}` : '';
  const part = (filter ? `&text=${encodeURIComponent(filter)}` : '') + whose;
  const [figures, open, over, held, aside] = await Promise.all([
    first ?? readFigures(), ask(`/v1/desk/alerts?list=open&limit=${pageSize}${part}`), ask(`/v1/desk/alerts?list=over&limit=100${whose}`), ask(`/v1/desk/alerts?list=held&limit=100${whose}`),
    ask('/v1/suppressions?standing=true&limit=200'),
  ]);
  desk = figures;
  drawSeats();
  alerts.replace(open, over.alerts, isGrouped());
  for (const alert of during) alerts.put(alert);
  drawLoad(desk);
  drawFlood(desk, isGrouped(), cityNow);
  drawHeld(held, { open: openAlert, cityNow });
  drawAside(aside, { end: doing.endSuppression, add: () => doing.maintenance(), drill: doing.drill, cityNow });
}

async function readCity(whole) {
  // Sensors are many: they are read again while someone looks at them, and now and then for their places.
  const due = whole || !$('pane-sensors').hidden || performance.now() - sensorsRead > PLACES_MS;
  const [nodes, districts, all] = await Promise.all([ask('/v1/nodes'), ask('/v1/districts'), due ? ask('/v1/sensors') : sensors]);
  if (due) setSensors(all);
  drawNodes(nodes);
  drawDistricts(districts, setFilter);
  say($('calm-note'), `${nodes.filter(n => n.presence === 'online').length} of ${nodes.length} nodes online, as of ${clockTime(new Date())}`);
}

async function refresh() {
  if (!live || loading) return;
  try {
    await Promise.all([readCity(false), readDesk(), ready()]);
  } catch (wrong) {
    if (wrong instanceof SignInNeeded) signIn();   // anything else: the stream tells of a dead hub
  }
}

/** Parts of the hub that fail are said at once: an alert about the register cannot be written into it. */
async function ready() {
  const { notReady } = await (await fetch('/readyz', { cache: 'no-store', signal: AbortSignal.timeout(15_000) })).json();
  const parts = Object.entries(notReady);
  $('parts').hidden = parts.length === 0;
  say($('parts-text'), parts.map(([part, why]) => `${part}: ${why}`).join(' · '));
}

function setSensors(all) {
  sensors = all;
  sensorsRead = performance.now();
  sites.clear();
  for (const s of all) sites.set(s.id, s.place);
  drawSensors(sensors, $('filter').value, shown?.sensor, showSensor);
}

let loadSoon = 0, refreshSoon = 0;

const listener = {
  word() { lastWord = performance.now(); lastWordAt = new Date(); hear(); },
  open(hello) {
    city = { at: Date.parse(hello.cityTime), heard: performance.now() };
    live = true;
    hear();
    load();
  },
  event(e) {
    if (e.alert) {
      if (loading) during.push(e.alert);
      // Whether a new one belongs to a part of the city is the hub's word: the list is read again at once.
      const before = seat && !alerts.find(e.alert.id) ? e.alert : alerts.put(e.alert);
      if (!before && e.alert.open && e.alert.raisedAt && !e.alert.held) say($('announce'), `${e.alert.kind === 'actual' ? '' : `${e.alert.kind === 'test' ? 'test' : 'drill'}, not real: `}${e.alert.severity}: ${e.alert.message || words(e.alert.rule)}, ${e.alert.sensor}`);
      if (shownAlert() === e.alert.id) openAlert(e.alert, false);
    }
    // However many events come: the lists are read once a second at most, the city's counts after half a second of them.
    loadSoon ||= setTimeout(() => { loadSoon = 0; load(false); }, 1000);
    refreshSoon ||= setTimeout(() => { refreshSoon = 0; if (live && !loading) readCity(false).catch(() => {}); }, 500);
  },
  gap: () => load(),
  lost() { live = false; hear(); },
  signIn,
};

/** Says whether the hub is heard. Silence is never shown as calm. */
function hear() {
  const silent = performance.now() - lastWord;
  const loud = started && silent > SILENT_MS;
  $('banner').hidden = !loud;
  document.body.classList.toggle('old', loud);
  if (loud) say($('banner-text'), `No word from the hub since ${clockTime(lastWordAt)}`);
  $('link').dataset.state = loud ? 'silent' : live ? 'live' : 'connecting';
  say($('link-text'), loud ? 'silent' : live ? 'live' : 'reconnecting');
}

setInterval(() => {
  hear();
  if (city && !document.body.classList.contains('old')) {
    const now = new Date(cityNow());
    say($('clock'), clockTime(now));
    $('clock').title = now.toString();
    alerts.tick();
    drawFlood(desk, isGrouped(), cityNow);
  }
}, 1000);
setInterval(refresh, REFRESH_MS);

// --- what is done ----------------------------------------------------------------------------------------------

/** Acknowledging has a dialog of its own: it is what is done most. */
let asked = null;

function askNote(alert) {
  if (!alert || alert.acknowledged) return;
  asked = alert;
  say($('ack-what'), `${alert.kind === 'actual' ? '' : `${alert.kind === 'test' ? 'TEST' : 'DRILL'} · `}${alert.severity.toUpperCase()} · ${alert.message || words(alert.rule)} · ${alert.sensor}`);
  say($('ack-wrong'), '');
  $('ack-note').value = '';
  $('acknowledge').showModal();
  $('ack-note').focus();
}

async function sendNote(event) {
  event.preventDefault();
  $('ack-send').disabled = true;
  try {
    // As it was when the button was pressed: what got worse meanwhile is not acknowledged by this.
    alerts.put(await ask(`/v1/alerts/${encodeURIComponent(asked.id)}/acknowledge`, { note: $('ack-note').value, change: asked.change }));
    $('acknowledge').close();
  } catch (wrong) {
    if (wrong instanceof SignInNeeded) { $('acknowledge').close(); signIn(); }
    else {
      say($('ack-wrong'), refused(wrong));
      await load(false);
      asked = alerts.find(asked.id) ?? asked;   // what is seen now can be acknowledged now
    }
  } finally {
    $('ack-send').disabled = false;
  }
}

$('acknowledge').querySelector('form').addEventListener('submit', sendNote);
$('ack-cancel').addEventListener('click', () => $('acknowledge').close());
$('ack-note').addEventListener('keydown', e => {
  if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); $('acknowledge').querySelector('form').requestSubmit(); }
});

function act(name) {
  const alert = alerts.picked ?? alerts.find(shownAlert());
  if (name === 'acknowledge') {
    if (alerts.pickedGroup !== null) gather(alerts.pickedGroup);
    else if (alert) askNote(alert);
    else alerts.move(1);
  } else if (alert) doing.start(name, alert);
}

function done(answer, name) {
  if (answer?.change) alerts.put(answer);
  if (name === 'maintenance' || name === 'shelve') openList('aside');
  load(false);
  if (answer?.id && answer.id === shownAlert()) openAlert(answer, false);
}

/** Everything that waits in a district, as it is now. */
async function gather(district) {
  await unfold(district);
  doing.acknowledgeAll(district, alerts.waitingIn(district));
}

async function unfold(district) {
  try {
    alerts.add((await ask(`/v1/desk/alerts?list=open&limit=${PAGE}&district=${encodeURIComponent(district)}`)).alerts.filter(a => a.district === district));
  } catch (wrong) {
    if (wrong instanceof SignInNeeded) signIn();
  }
}

function openAlert(alert, toTab = true) {
  if (!alert) return;
  if (toTab) { openTab('alert'); showSensor(alert.sensor, alert.quantity); }
  showAlert(alert, { start: (name, a) => name === 'acknowledge' ? askNote(a) : doing.start(name, a), signIn, cityNow });
}

function toggleGroups() {
  singly = isGrouped();
  load(false);
}

$('flood-toggle').addEventListener('click', toggleGroups);
$('more').addEventListener('click', () => { pageSize = Math.min(MOST, pageSize + PAGE); load(false); });

// --- chart -----------------------------------------------------------------------------------------------------

async function showSensor(id, quantity) {
  const sensor = sensors.find(s => s.id === id);
  const quantities = sensor?.values ?? [];
  const pick = (quantity !== 'notice' ? quantity : null) ?? (shown?.sensor === id ? shown.quantity : null) ?? quantities[0]?.quantity;
  shown = { sensor: id, quantity: pick };
  $('chart-title').replaceChildren(id, make('span', { class: 'dim' }, pick ? ` · ${words(pick)}, last day` : ' · last day'));
  $('chart-picks').replaceChildren(...(quantities.length > 1 ? quantities : []).map(v =>
    make('button', { type: 'button', 'aria-pressed': String(v.quantity === pick), onclick: () => showSensor(id, v.quantity) }, words(v.quantity))));
  for (const b of $('pane-sensors').querySelectorAll('button')) b.setAttribute('aria-pressed', String(b.dataset.sensor === id));
  const place = shown;
  const put = content => { if (shown === place) $('chart-body').replaceChildren(content); };
  if (!pick) { put(make('p', { class: 'empty' }, sensor ? 'This sensor has sent nothing yet.' : 'No sensor measures this.')); return; }
  try {
    const history = await ask(`/v1/sensors/${encodeURIComponent(id)}/history?quantity=${encodeURIComponent(pick)}&step=PT5M`);
    const kind = quantities.find(v => v.quantity === pick)?.kind ?? (history.unit === '1' ? 'contact' : 'level');
    drawChart = () => { if (shown === place) put(chart(history, kind, $('chart-body'))); };
    drawChart();
  } catch (wrong) {
    if (wrong instanceof SignInNeeded) signIn();
    else put(make('p', { class: 'empty wrong' }, `The history could not be read: ${wrong.message}`));
  }
}

let drawChart = () => {};
new ResizeObserver(() => drawChart()).observe($('chart-body'));
setInterval(() => { if (shown && live) showSensor(shown.sensor, shown.quantity); }, 60_000);

// --- tabs, filter, keys ----------------------------------------------------------------------------------------

const openTab = tabs(['districts', 'nodes', 'sensors', 'alert'], name => { if (name === 'sensors') refresh(); });
const openList = tabs(['open', 'held', 'aside']);

let filterSoon = 0;

function setFilter(text) {
  $('filter').value = text;
  alerts.filter(text);
  drawSensors(sensors, text, shown?.sensor, showSensor);
  clearTimeout(filterSoon);
  filterSoon = setTimeout(() => load(false), 250);   // the hub looks through all of them, not only through what was read
}

$('filter').addEventListener('input', () => setFilter($('filter').value));
$('filter').addEventListener('keydown', e => {
  if (e.key === 'Escape') { setFilter(''); $('filter').blur(); }
  if (e.key === 'Enter' || e.key === 'ArrowDown') { e.preventDefault(); alerts.move(0); }
});

keyboard({
  act,
  open: () => alerts.pickedGroup !== null ? alerts.toggle(alerts.pickedGroup) : openAlert(alerts.picked),
  keys: {
    j: () => alerts.move(1), ArrowDown: () => alerts.move(1), k: () => alerts.move(-1), ArrowUp: () => alerts.move(-1),
    '/': () => { openList('open'); $('filter').focus(); }, '?': () => $('help').showModal(), g: toggleGroups,
    o: () => openList('open', true), h: () => openList('held', true), p: () => openList('aside', true), m: () => doing.maintenance(), d: doing.drill,
    1: () => openTab('districts', true), 2: () => openTab('nodes', true), 3: () => openTab('sensors', true), 4: () => openTab('alert', true),
    Escape: () => setFilter(''),
  },
});

$('help-open').addEventListener('click', () => $('help').showModal());
$('help-close').addEventListener('click', () => $('help').close());

// --- who -------------------------------------------------------------------------------------------------------

function signIn() {
  started = false;
  live = false;
  hear();
  if (!$('sign-in').open) $('sign-in').showModal();
  $('key').focus();
}

$('sign-in').addEventListener('cancel', e => e.preventDefault());
$('sign-in-form').addEventListener('submit', async e => {
  e.preventDefault();
  try {
    await ask('/v1/session', { key: $('key').value });
    $('key').value = '';
    say($('sign-in-wrong'), '');
    $('sign-in').close();
    start();
  } catch (wrong) {
    say($('sign-in-wrong'), wrong.message);
  }
});

$('sign-out').addEventListener('click', async () => {
  await ask('/v1/session', undefined, 'DELETE');
  location.reload();
});

let following = false;

async function start() {
  try {
    const who = await ask('/v1/session');
    if (!who.signedIn) { signIn(); return; }
    say($('who'), `Signed in as ${who.name} (${who.role}).`);
    document.body.classList.toggle('looks-only', who.role === 'read');
  } catch (wrong) {
    if (wrong instanceof SignInNeeded) { signIn(); return; }
  }
  started = true;
  listener.word();
  if (following) return;
  following = true;
  await follow(listener);
  following = false;
}

alerts.draw();
noAlert();
start();
