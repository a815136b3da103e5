// The alert desk: state from /v1, kept live by the event stream, loud when the stream falls silent.

import { Alerts } from './alerts.js';
import { chart } from './chart.js';
import { drawDistricts, drawNodes, drawSensors } from './city.js';
import { $, make, say } from './dom.js';
import { clockTime, words } from './format.js';
import { follow } from './stream.js';

const SILENT_MS = 20_000, REFRESH_MS = 10_000, PLACES_MS = 60_000;

const sites = new Map();
let sensors = [], sensorsRead = 0, shown = null, city = null, lastWord = performance.now(), lastWordAt = new Date(), started = false, live = false;

/** City time: the hub's, counted on by this machine's steady clock. */
const cityNow = () => city ? city.at + (performance.now() - city.heard) : Date.now();

const alerts = new Alerts({ sites, cityNow, acknowledge: askNote, show: showSensor });

class SignInNeeded extends Error {}

async function ask(path, body, method = body === undefined ? 'GET' : 'POST') {
  const response = await fetch(path, {
    method, cache: 'no-store', signal: AbortSignal.timeout(15_000),
    ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (response.status === 401 && !(path === '/v1/session' && method === 'POST')) throw new SignInNeeded();
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error([answer.detail, ...answer.errors.map(e => `${e.field} ${e.detail}`)].join(' '));
  return answer;
}

// --- state -----------------------------------------------------------------------------------------------------

let loading = null, again = false;
let during = [];   // alerts that were told while a list was on its way: the list may be older than they are

/** Reads everything anew; calls that come meanwhile are one more round after it. */
function load() {
  if (loading) { again = true; return loading; }
  loading = (async () => {
    do {
      again = false;
      during = [];
      const day = new Date(cityNow() - 86_400_000).toISOString();   // what is over is shown for a day
      const [open, over, nodes, districts, all] = await Promise.all([
        ask('/v1/alerts?open=true&limit=1000'), ask(`/v1/alerts?open=false&limit=200&from=${day}`), ask('/v1/nodes'), ask('/v1/districts'), ask('/v1/sensors'),
      ]);
      setSensors(all);
      alerts.replace([...over, ...open]);
      for (const alert of during) alerts.put(alert);
      drawNodes(nodes);
      drawDistricts(districts, setFilter);
      say($('calm-note'), `${nodes.filter(n => n.presence === 'online').length} of ${nodes.length} nodes online, as of ${clockTime(new Date())}`);
    } while (again);
  })().catch(wrong => { if (wrong instanceof SignInNeeded) signIn(); }).finally(() => { loading = null; });
  return loading;
}

async function refresh() {
  if (!live || loading) return;
  try {
    // Sensors are many: they are read again while someone looks at them, and now and then for their places.
    const due = !$('pane-sensors').hidden || performance.now() - sensorsRead > PLACES_MS;
    const [nodes, districts, all] = await Promise.all([ask('/v1/nodes'), ask('/v1/districts'), due ? ask('/v1/sensors') : sensors]);
    if (due) setSensors(all);
    drawNodes(nodes);
    drawDistricts(districts, setFilter);
    say($('calm-note'), `${nodes.filter(n => n.presence === 'online').length} of ${nodes.length} nodes online, as of ${clockTime(new Date())}`);
  } catch (wrong) {
    if (wrong instanceof SignInNeeded) signIn();   // anything else: the stream tells of a dead hub
  }
}

function setSensors(all) {
  sensors = all;
  sensorsRead = performance.now();
  sites.clear();
  for (const s of all) sites.set(s.id, s.place);
  drawSensors(sensors, $('filter').value, shown?.sensor, showSensor);
}

let refreshSoon = 0;

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
      const before = alerts.put(e.alert);
      if (!before && e.alert.open && e.alert.raisedAt) say($('announce'), `${e.alert.severity}: ${e.alert.message || words(e.alert.rule)}, ${e.alert.sensor}`);
    }
    refreshSoon ||= setTimeout(() => { refreshSoon = 0; refresh(); }, 500);   // counts of districts and nodes follow
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
  }
}, 1000);
setInterval(refresh, REFRESH_MS);

// --- acknowledge -----------------------------------------------------------------------------------------------

let asked = null;

function askNote(alert) {
  if (!alert || alert.acknowledged) return;
  asked = alert;
  say($('ack-what'), `${alert.severity.toUpperCase()} · ${alert.message || words(alert.rule)} · ${alert.sensor}`);
  say($('ack-wrong'), '');
  $('ack-note').value = '';
  $('acknowledge').showModal();
  $('ack-note').focus();
}

async function sendNote(event) {
  event.preventDefault();
  $('ack-send').disabled = true;
  try {
    alerts.put(await ask(`/v1/alerts/${encodeURIComponent(asked.id)}/acknowledge`, { note: $('ack-note').value }));
    $('acknowledge').close();
  } catch (wrong) {
    if (wrong instanceof SignInNeeded) { $('acknowledge').close(); signIn(); }
    else { say($('ack-wrong'), wrong.name === 'TypeError' || wrong.name === 'TimeoutError' ? 'The hub does not answer: this is NOT acknowledged.' : wrong.message); load(); }
  } finally {
    $('ack-send').disabled = false;
  }
}

$('acknowledge').querySelector('form').addEventListener('submit', sendNote);
$('ack-cancel').addEventListener('click', () => $('acknowledge').close());
$('ack-note').addEventListener('keydown', e => {
  if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); $('acknowledge').querySelector('form').requestSubmit(); }
});

// --- chart -----------------------------------------------------------------------------------------------------

async function showSensor(id, quantity) {
  const sensor = sensors.find(s => s.id === id);
  const quantities = sensor?.values ?? [];
  const pick = quantity ?? (shown?.sensor === id ? shown.quantity : null) ?? quantities[0]?.quantity;
  shown = { sensor: id, quantity: pick };
  $('chart-title').replaceChildren(id, make('span', { class: 'dim' }, pick ? ` · ${words(pick)}, last day` : ' · last day'));
  $('chart-picks').replaceChildren(...(quantities.length > 1 ? quantities : []).map(v =>
    make('button', { type: 'button', 'aria-pressed': String(v.quantity === pick), onclick: () => showSensor(id, v.quantity) }, words(v.quantity))));
  for (const b of $('pane-sensors').querySelectorAll('button')) b.setAttribute('aria-pressed', String(b.dataset.sensor === id));
  const place = shown;
  const put = content => { if (shown === place) $('chart-body').replaceChildren(content); };
  if (!pick) { put(make('p', { class: 'empty' }, 'This sensor has sent nothing yet.')); return; }
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

// --- keys, tabs, filter ----------------------------------------------------------------------------------------

const TABS = ['districts', 'nodes', 'sensors'];

function openTab(name, focus = false) {
  for (const tab of TABS) {
    const on = tab === name;
    $(`tab-${tab}`).setAttribute('aria-selected', String(on));
    $(`tab-${tab}`).tabIndex = on ? 0 : -1;
    $(`pane-${tab}`).hidden = !on;
  }
  if (focus) $(`tab-${name}`).focus();
  if (name === 'sensors') refresh();
}

for (const [i, tab] of TABS.entries()) {
  $(`tab-${tab}`).addEventListener('click', () => openTab(tab));
  $(`tab-${tab}`).addEventListener('keydown', e => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (by) { e.preventDefault(); openTab(TABS[(i + by + TABS.length) % TABS.length], true); }
  });
}

function setFilter(text) {
  $('filter').value = text;
  alerts.filter(text);
  drawSensors(sensors, text, shown?.sensor, showSensor);
}

$('filter').addEventListener('input', () => setFilter($('filter').value));
$('filter').addEventListener('keydown', e => {
  if (e.key === 'Escape') { setFilter(''); $('filter').blur(); }
  if (e.key === 'Enter' || e.key === 'ArrowDown') { e.preventDefault(); alerts.move(0); }
});

const KEYS = {
  j: () => alerts.move(1), ArrowDown: () => alerts.move(1), k: () => alerts.move(-1), ArrowUp: () => alerts.move(-1),
  a: () => alerts.picked ? askNote(alerts.picked) : alerts.move(1), '/': () => $('filter').focus(), '?': () => $('help').showModal(),
  1: () => openTab('districts', true), 2: () => openTab('nodes', true), 3: () => openTab('sensors', true),
  Escape: () => setFilter(''),
};

document.addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]') || e.target.matches('input, textarea')) return;
  if (e.key === 'Enter') {
    const row = e.target.closest('li.row');
    if (row && e.target === row) { e.preventDefault(); showSensor(alerts.picked.sensor, alerts.picked.quantity); }
    return;
  }
  if (e.key.startsWith('Arrow') && e.target.closest('.side .scroll, [role=tab]')) return;   // there they scroll
  const act = KEYS[e.key];
  if (act) { e.preventDefault(); act(); }
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
start();
