// Draws a board from its JSON and the answers to its queries, panel by panel at its place on the grid. A rendering of our own, not Grafana's: the same data, colours, words and sizes,
// so that a board can be judged where no Grafana runs. Run by page.mjs.
import { kinds, frames } from './kinds.mjs';
import { escape } from './values.mjs';

const Column = 80, Gap = 8, Row = 30; // Grafana's grid on 1,920 pixels

export const page = (board, answers) => {
  const panels = board.panels.map((panel, i) => {
    const { x, y, w, h } = panel.gridPos;
    const box = { left: x * Column + Gap / 2, top: y * (Row + Gap) + Gap / 2, width: w * Column - Gap, height: h * (Row + Gap) - Gap };
    const place = `left:${box.left}px;top:${box.top}px;width:${box.width}px;height:${box.height}px`;
    if (panel.type === 'row') return `<h2 style="${place}">${escape(panel.title)}</h2>`;
    const inner = { width: box.width - 16, height: box.height - 40 };
    const body = kinds[panel.type](panel, frames(panel, answers[i]), inner, answers[i].span);
    return `<section style="${place}" data-panel="${panel.id}"><h3>${escape(panel.title)}</h3><div style="height:${inner.height}px">${body}</div></section>`;
  });
  const bottom = Math.max(...board.panels.map(p => (p.gridPos.y + p.gridPos.h) * (Row + Gap)));
  return { html: panels.join('\n'), height: bottom + Gap };
};

