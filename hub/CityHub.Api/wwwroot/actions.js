// What a duty officer does: one dialog, whose fields follow the action. Nothing is shown as done before the hub has said so.

import { ask, refused, SignInNeeded } from './api.js';
import { $, make, say } from './dom.js';
import { words } from './format.js';

const text = (name, label, hint, required = false, lines = 2) => ({ name, label, hint, required, lines });
const pick = (name, label, options) => ({ name, label, options });
const SEVERITIES = ['warning', 'minor', 'major', 'critical'].map(s => [s, s]);
const SHELVE = [['15m', '15 minutes'], ['1h', '1 hour'], ['4h', '4 hours'], ['8h', '8 hours'], ['24h', '24 hours']];
const WINDOW = [['30m', '30 minutes'], ['2h', '2 hours'], ['8h', '8 hours'], ['1d', '1 day'], ['7d', '7 days'], ['30d', '30 days']];

/** key, title, what it sends, and for which alerts it is offered. */
export const ACTIONS = {
  acknowledge: { key: 'a', title: 'Acknowledge', fields: [text('note', 'Note', 'what you do about it')], fits: a => !a.acknowledged, body: (v, a) => ({ note: v.note, change: a.change }) },
  shelve: { key: 's', title: 'Shelve', note: 'Put aside for a time: evaluated and counted all the same, and listed under “Held back”.', fields: [pick('for', 'For', SHELVE), text('why', 'Why', 'who comes after you must know', true)], fits: a => a.open && a.kind === 'actual' },
  comment: { key: 'c', title: 'Comment', fields: [text('text', 'Comment', 'goes into its history, with your name', true, 3)], fits: () => true },
  assign: { key: 'n', title: 'Assign', fields: [text('to', 'To', 'a person or crew; empty: nobody any more', false, 1)], fits: () => true, fill: a => ({ to: a.assigned?.to ?? '' }) },
  escalate: { key: 'e', title: 'Escalate', fields: [text('department', 'Call the department', 'empty: none', false, 1), pick('severity', 'Count it as', [['', 'as before'], ...SEVERITIES]), text('why', 'Why', '', true)], fits: a => a.open },
  'false-alarm': { key: 'f', title: 'False alarm', note: 'Somebody looked, and there was nothing. Those who were called are told.', fields: [text('why', 'What was it?', '', true)], fits: a => !a.falseAlarm },
  reset: { key: 'r', title: 'Reset', note: 'Lets go of a latched alert that is over and acknowledged.', fields: [text('note', 'Note', 'what was done')], fits: a => a.state === 'latched-acknowledged' },
  end: { key: 'x', title: 'End the drill', fields: [text('why', 'Note', '')], fits: a => a.open && a.kind !== 'actual' },
};

const MAINTENANCE = { title: 'Maintenance', note: 'Alerts of what is being worked on are held back, evaluated and counted all the same. Out of service has no end until you end it.',
  fields: [pick('kind', 'Kind', [['maintenance', 'maintenance, for a time'], ['out-of-service', 'out of service, until it is put back']]),
    pick('scope', 'Of', [['node', 'a node (group/node)'], ['site', 'a site'], ['district', 'a district'], ['sensor', 'a sensor'], ['rule', 'a rule (out of service)']]),
    text('name', 'Named', 'as it is called here', true, 1), pick('for', 'For', WINDOW), text('why', 'Why', 'who comes after you must know', true)] };

const DRILL = { title: 'Drill or test', note: 'Goes the way of a real alert and looks different everywhere. Departments hear of it only if their subscription asks for drills.',
  fields: [pick('kind', 'Kind', [['exercise', 'drill: people act as if it were real'], ['test', 'test: nobody acts']]), pick('severity', 'Severity', SEVERITIES.toReversed()),
    text('district', 'District', 'its id; empty: the whole city', false, 1), text('department', 'Department', 'empty: any', false, 1), text('message', 'What it says', '', true)] };

let running = null;   // what the open dialog will do: { send, done }

/** @param after called when something was done, with the hub's answer; @param signIn when the key is gone */
export function actions({ after, signIn }) {
  const form = $('act').querySelector('form');
  form.addEventListener('submit', async event => {
    event.preventDefault();
    $('act-send').disabled = true;
    try {
      const answer = await running.send(values(form));
      $('act').close();
      after(answer, running.name);
    } catch (wrong) {
      if (wrong instanceof SignInNeeded) { $('act').close(); signIn(); } else { say($('act-wrong'), refused(wrong)); after(null, running.name); }
    } finally {
      $('act-send').disabled = false;
    }
  });
  $('act-cancel').addEventListener('click', () => $('act').close());
  form.addEventListener('keydown', e => {
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && e.target.matches('textarea')) { e.preventDefault(); form.requestSubmit(); }
  });

  const run = (name, action, what, send, filled = {}) => {
    running = { name, send };
    $('act').dataset.action = name;
    say($('act-title'), action.title);
    say($('act-what'), what);
    say($('act-about'), action.note ?? '');
    say($('act-wrong'), '');
    say($('act-send').firstChild, `${action.title} `);
    $('act-fields').replaceChildren(...action.fields.map(f => field(f, filled[f.name] ?? '')));
    $('act').showModal();
    $('act-fields').querySelector('textarea, input, select')?.focus();
  };

  return {
    /** Does an action to an alert, as it is at this press. */
    start(name, alert) {
      const action = ACTIONS[name];
      if (!alert || !action.fits(alert)) return false;
      run(name, action, `${alert.severity.toUpperCase()} · ${alert.message || words(alert.rule)} · ${alert.sensor}`,
        v => ask(`/v1/alerts/${encodeURIComponent(alert.id)}/${name}`, action.body?.(v, alert) ?? filledOnly(v, name)), action.fill?.(alert));
      return true;
    },
    acknowledgeAll(district, alerts) {
      if (alerts.length === 0) return;
      const some = alerts.slice(0, 200);
      run('acknowledge-all', { title: 'Acknowledge', fields: ACTIONS.acknowledge.fields }, `${some.length} alerts in ${district || 'no district'}, each as you see it now`,
        v => ask('/v1/alerts/acknowledge', { alerts: some.map(a => ({ id: a.id, change: a.change })), note: v.note }));
    },
    maintenance: (filled = {}) => run('maintenance', MAINTENANCE, '', v => ask('/v1/suppressions', {
      kind: v.kind, scope: { [v.scope]: v.name }, why: v.why, ...(v.kind === 'maintenance' ? { for: v.for } : {}),
    }), filled),
    drill: () => run('drill', DRILL, '', v => ask('/v1/drills', v)),
    endSuppression: s => run('end-suppression', { title: 'End it', note: 'What it holds back and is still open is told then.', fields: [text('why', 'Why', '', true)] }, s.text,
      v => ask(`/v1/suppressions/${encodeURIComponent(s.id)}/end`, v)),
  };
}

const filledOnly = (v, name) => name === 'escalate' ? Object.fromEntries(Object.entries(v).filter(([, value]) => value !== '')) : v;

const values = form => Object.fromEntries([...form.elements].filter(e => e.name).map(e => [e.name, e.value.trim()]));

function field(f, value) {
  const id = `act-${f.name}`;
  const label = make('label', { for: id }, f.label, f.hint && make('span', { class: 'dim' }, ` (${f.hint})`));
  if (f.options) return make('div', {}, label, make('select', { id, name: f.name }, f.options.map(([v, name]) => make('option', { value: v, selected: v === value }, name))));
  const box = f.lines === 1 ? make('input', { id, name: f.name, autocomplete: 'off', maxlength: 200, required: f.required }) : make('textarea', { id, name: f.name, rows: f.lines, maxlength: 500, required: f.required });
  box.value = value;
  return make('div', {}, label, box);
}
