// Tabs and the keyboard: everything on the desk can be done without a mouse.

import { $ } from './dom.js';
import { ACTIONS } from './actions.js';

/** A row of tabs and their panes. Returns what opens one. */
export function tabs(names, opened = () => {}) {
  const open = (name, focus = false) => {
    for (const tab of names) {
      const on = tab === name;
      $(`tab-${tab}`).setAttribute('aria-selected', String(on));
      $(`tab-${tab}`).tabIndex = on ? 0 : -1;
      $(`pane-${tab}`).hidden = !on;
    }
    if (focus) $(`tab-${name}`).focus();
    opened(name);
  };
  for (const [i, tab] of names.entries()) {
    $(`tab-${tab}`).addEventListener('click', () => open(tab));
    $(`tab-${tab}`).addEventListener('keydown', e => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (by) { e.preventDefault(); open(names[(i + by + names.length) % names.length], true); }
    });
  }
  return open;
}

/** @param on what the keys do: move, act(name), open, and one function a key in on.keys */
export function keyboard(on) {
  const byKey = new Map(Object.entries(ACTIONS).map(([name, action]) => [action.key, name]));
  document.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]') || e.target.matches('input, textarea, select')) return;
    if (e.key === 'Enter') {
      if (e.target.matches('#alerts > li, #over > li')) { e.preventDefault(); on.open(); }
      return;
    }
    if (e.key.startsWith('Arrow') && e.target.closest('.side .scroll, [role=tab], .pane')) return;   // there they scroll
    const act = on.keys[e.key] ?? (byKey.has(e.key) ? () => on.act(byKey.get(e.key)) : null);
    if (act) { e.preventDefault(); act(); }
  });
}
