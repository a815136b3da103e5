// The kinds of panel that the boards are made of, each as HTML or SVG.
import { text, colour, named, escape, paletteOf, ticks, settings } from './values.mjs';

/** Answers as Grafana makes frames of them: a series or a table, transformed as the panel says. */
export const frames = (panel, answers) => {
  const all = answers.frames;
  const sum = panel.transformations?.find(t => t.id === 'calculateField');
  if (sum && all.length) {
    const byTime = new Map();
    for (const frame of all) for (const [at, value] of frame.rows) if (value !== null) byTime.set(at, (byTime.get(at) ?? 0) + value);
    return [{ name: sum.options.alias, columns: ['time', sum.options.alias], rows: [...byTime].sort((a, b) => a[0] - b[0]) }];
  }
  return all;
};

const reduce = (panel, frame) => {
  const values = frame.rows.map(row => row[1]).filter(value => value !== null);
  if (!values.length) return null;
  const by = panel.options.reduceOptions?.calcs[0];
  return by === 'sum' ? values.reduce((a, b) => a + b, 0) : by === 'max' ? Math.max(...values) : values.at(-1);
};

const none = (panel, box) => `<p class="none" style="line-height:${box.height}px">${escape(panel.fieldConfig.defaults.noValue ?? 'no data')}</p>`;

const stat = (panel, all, box) => {
  const shown = all.map(frame => ({ name: frame.name, value: reduce(panel, frame), frame })).filter(s => s.value !== null);
  if (!shown.length) return none(panel, box);
  const { colorMode, graphMode, text: sizes } = panel.options;
  return `<div class="stats">${shown.map(({ name, value, frame }) => {
    const field = settings(panel, name), word = text(field, value), tint = colour(field, value, name), solid = colorMode === 'background_solid';
    const wide = box.width / shown.length - 12;
    const long = Math.max(2, ...word.split(' ').map(part => part.length), word.length > 14 ? word.length / 2 : word.length);
    const size = Math.min(sizes?.valueSize ?? 56, wide / (0.64 * long), box.height * (shown.length > 1 || word.length > 14 ? 0.34 : 0.75));
    const title = shown.length > 1 ? `<small style="font-size:${Math.min(sizes?.titleSize ?? 18, 18, wide / (0.55 * name.length))}px">${escape(name)}</small>` : '';
    const spark = graphMode === 'area' && !solid && frame.rows.length > 2 ? sparkline(frame, wide, box.height, tint) : '';
    return `<div style="${graphMode === 'area' && !solid ? 'padding-bottom:10px;' : ''}${solid ? `background:${tint};color:${dark(tint) ? '#fff' : '#111'}` : `color:${tint}`}">${spark}${title}<b style="font-size:${size}px">${escape(word)}</b></div>`;
  }).join('')}</div>`;
};

const dark = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16)).reduce((sum, part, i) => sum + part * [0.3, 0.59, 0.11][i], 0) < 140;

const sparkline = (frame, width, height, tint) => {
  const points = frame.rows.filter(row => row[1] !== null), values = points.map(p => p[1]);
  const [low, high] = [Math.min(...values), Math.max(...values)], [first, last] = [points[0][0], points.at(-1)[0]];
  const d = points.map(([at, v]) => `${((at - first) / (last - first || 1)) * width},${height - 2 - ((v - low) / (high - low || 1)) * height * 0.3}`).join(' ');
  return `<svg class="spark" width="${width}" height="${height}"><polyline points="${d}" fill="none" stroke="${tint}" stroke-opacity="0.35" stroke-width="2"/></svg>`;
};

const timeseries = (panel, all, box, span) => {
  const shown = all.filter(frame => frame.rows.some(row => row[1] !== null));
  if (!shown.length) return none(panel, box);
  const custom = panel.fieldConfig.defaults.custom, stacked = custom.stacking?.mode === 'normal', field = panel.fieldConfig.defaults;
  const tops = new Map();
  let [low, high] = [field.min ?? Infinity, field.max ?? -Infinity];
  for (const frame of shown) for (const [at, value] of frame.rows) {
    if (value === null) continue;
    if (stacked) tops.set(at, (tops.get(at) ?? 0) + value);
    low = Math.min(low, stacked || custom.drawStyle === 'bars' ? 0 : value);
    high = Math.max(high, stacked ? tops.get(at) : value);
  }
  if (high <= low) [low, high] = [low - 1, high + 1];
  const marks = ticks(low, high, 5);
  [low, high] = [Math.min(low, marks[0]), Math.max(high, marks.at(-1))];
  const words = marks.map(v => text({ ...field, mappings: [] }, v, true));
  const [left, right, top, bottom] = [Math.max(...words.map(word => word.length)) * 8 + 14, box.width - 4, 8, box.height - 50];
  const px = at => left + ((at - span.from) / (span.to - span.from)) * (right - left), py = v => bottom - ((v - low) / (high - low)) * (bottom - top);
  const grid = marks.map((v, i) => `<line x1="${left}" x2="${right}" y1="${py(v)}" y2="${py(v)}" class="grid"/><text x="${left - 8}" y="${py(v) + 5}" text-anchor="end">${escape(words[i])}</text>`).join('');
  const base = new Map();
  const drawn = shown.map((frame, i) => {
    const own = settings(panel, frame.name), tint = own.tint ?? (field.color.mode === 'thresholds' ? null : field.color.fixedColor ?? paletteOf(i));
    const points = frame.rows.filter(([at]) => at >= span.from && at <= span.to);
    if (own.custom.drawStyle === 'bars') {
      const wide = Math.max(1, Math.min(...points.slice(1).map((p, k) => px(p[0]) - px(points[k][0])), 40) * 0.8);
      return points.map(([at, v]) => {
        if (v === null) return '';
        const from = stacked ? base.get(at) ?? 0 : 0;
        base.set(at, from + v);
        return `<rect x="${px(at) - wide / 2}" y="${py(from + v)}" width="${wide}" height="${Math.max(0, py(from) - py(from + v))}" fill="${tint ?? colour(own, v, frame.name)}" fill-opacity="0.8"/>`;
      }).join('');
    }
    const runs = [[]];
    for (const [at, v] of points) v === null ? own.custom.spanNulls || runs.push([]) : runs.at(-1).push([px(at), py(v)]);
    const band = own.custom.fillBelowTo && shown.find(other => other.name === own.custom.fillBelowTo);
    const below = band?.rows.filter(row => row[1] !== null && row[0] >= span.from && row[0] <= span.to).map(row => `${px(row[0])},${py(row[1])}`).reverse() ?? [];
    const fill = below.length ? `<polygon points="${runs.flat().map(p => p.join()).concat(below).join(' ')}" fill="${tint}" fill-opacity="${own.custom.fillOpacity / 100}"/>` : '';
    const line = own.custom.lineWidth === 0 ? '' : runs.filter(run => run.length).map(run => run.length === 1
      ? `<circle cx="${run[0][0]}" cy="${run[0][1]}" r="3" fill="${tint}"/>`
      : `<polyline points="${run.map(p => p.join()).join(' ')}" fill="none" stroke="${tint}" stroke-width="${own.custom.lineWidth}"${own.custom.lineStyle?.fill === 'dash' ? ' stroke-dasharray="10 8"' : ''}/>`).join('');
    return fill + line;
  }).join('');
  return `<svg width="${box.width}" height="${box.height - 24}">${grid}${hours(span, px, bottom)}${drawn}</svg>${legend(panel, shown, box)}`;
};

const hours = (span, px, bottom) => {
  const step = [300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 2_592_000].map(s => s * 1000).find(s => (span.to - span.from) / s <= 9);
  const found = [];
  for (let at = Math.ceil(span.from / step) * step; at <= span.to; at += step) {
    const iso = new Date(at).toISOString();
    found.push(`<text x="${px(at)}" y="${bottom + 20}" text-anchor="middle">${step >= 86_400_000 ? iso.slice(5, 10) : iso.slice(11, 16)}</text>`);
  }
  const now = span.now < span.to ? `<line x1="${px(span.now)}" x2="${px(span.now)}" y1="0" y2="${bottom}" stroke="#ccccdc" stroke-dasharray="3 5"/><text x="${px(span.now) + 5}" y="16">now</text>` : '';
  return found.join('') + now;
};

const legend = (panel, shown, box) => {
  const names = shown.map((frame, i) => ({ name: frame.name, tint: settings(panel, frame.name).tint ?? panel.fieldConfig.defaults.color.fixedColor ?? (panel.fieldConfig.defaults.color.mode === 'thresholds' ? colour(panel.fieldConfig.defaults, -Infinity, '') : paletteOf(i)) }));
  return `<div class="legend" style="width:${box.width}px">${names.map(({ name, tint }) => `<span><i style="background:${tint}"></i>${escape(name)}</span>`).join('')}</div>`;
};

const states = (panel, all, box, span) => {
  const shown = all.filter(frame => frame.rows.some(row => row[1] !== null));
  if (!shown.length) return none(panel, box);
  const field = panel.fieldConfig.defaults, longest = Math.max(...shown.map(f => f.name.length));
  const left = Math.min(260, longest * 7.6 + 14), right = box.width - 4, bottom = box.height - 26, high = bottom / shown.length;
  const px = at => left + ((Math.min(Math.max(at, span.from), span.to) - span.from) / (span.to - span.from)) * (right - left);
  const rows = shown.map((frame, i) => {
    const points = frame.rows, runs = [];
    points.forEach(([at, value], k) => {
      if (value === null) return;
      const end = points[k + 1]?.[0] ?? Math.min(at + (points[1] ? points[1][0] - points[0][0] : 0), span.now), word = text(field, value), last = runs.at(-1);
      if (last && last.word === word && last.to === at) last.to = end;
      else runs.push({ from: at, to: end, word, tint: colour(field, value, frame.name) });
    });
    const y = i * high + high * 0.08, tall = high * 0.84, size = Math.min(17, Math.max(9, tall * 0.7));
    return `<text x="${left - 8}" y="${y + tall / 2 + 5}" text-anchor="end">${escape(frame.name)}</text>` + runs.map(run => {
      const wide = Math.max(1, px(run.to) - px(run.from)), fits = wide > run.word.length * size * 0.62;
      return `<rect x="${px(run.from)}" y="${y}" width="${wide}" height="${tall}" fill="${run.tint}" fill-opacity="0.9"/>` +
        (fits && tall > 9 ? `<text x="${px(run.from) + 5}" y="${y + tall / 2 + size / 3}" style="fill:${dark(run.tint) ? '#fff' : '#111'};font-size:${size}px">${escape(run.word)}</text>` : '');
    }).join('');
  }).join('');
  return `<svg width="${box.width}" height="${box.height}">${rows}${hours(span, px, bottom)}</svg>`;
};

const bargauge = (panel, all, box) => {
  const shown = all.map(frame => ({ name: frame.name, value: reduce(panel, frame) })).filter(s => s.value !== null);
  if (!shown.length) return none(panel, box);
  const most = panel.fieldConfig.defaults.max ?? Math.max(...shown.map(s => s.value), 1e-9), high = Math.min(60, box.height / shown.length);
  const size = Math.min(panel.options.text?.titleSize ?? 16, Math.max(9, high * 0.6)), name = Math.min(box.width * 0.42, Math.max(...shown.map(s => s.name.length)) * size * 0.56 + 12);
  return `<svg width="${box.width}" height="${box.height}">${shown.map(({ name: of, value }, i) => {
    const field = settings(panel, of), y = i * high, wide = Math.max(2, (box.width - name - 90) * Math.max(0, value / most));
    return `<text x="0" y="${y + high / 2 + size / 3}" style="font-size:${size}px">${escape(of)}</text><rect x="${name}" y="${y + high * 0.12}" width="${box.width - name - 90}" height="${high * 0.76}" fill="#22252b"/>` +
      `<rect x="${name}" y="${y + high * 0.12}" width="${wide}" height="${high * 0.76}" fill="${colour(field, value, of)}"/><text x="${box.width - 84}" y="${y + high / 2 + size / 3}" style="font-size:${size}px">${escape(text(field, value))}</text>`;
  }).join('')}</svg>`;
};

const table = (panel, all, box) => {
  if (!all.length || !all.some(frame => frame.rows.length)) return none(panel, box);
  const gone = Object.assign({}, ...(panel.transformations ?? []).filter(t => t.id === 'organize').map(t => t.options.excludeByName));
  const labels = Object.keys(all[0].labels ?? {});
  const rows = all.flatMap(frame => frame.rows.map(row => [...labels.map(l => frame.labels[l]), ...row]));
  const columns = [...labels, ...all[0].columns].map(c => c === 'time' ? 'Time' : c), shown = columns.map((name, i) => ({ name, i })).filter(c => !gone[c.name]);
  const cell = (name, value) => {
    const field = settings(panel, name), word = name === 'Time' ? new Date(value).toISOString().replace('T', ' ').slice(0, 19) : value === null ? '' : text(field, value);
    const tint = field.mappings?.length && value !== null ? colour(field, value, name) : null, fills = field.custom?.cellOptions?.type === 'color-background';
    return `<td style="${tint ? fills ? `background:${tint};color:#111` : `color:${tint}` : ''}">${escape(word)}</td>`;
  };
  const fit = Math.floor((box.height - 30) / 34);
  return `<table><tr>${shown.map(c => `<th>${escape(c.name)}</th>`).join('')}</tr>${rows.slice(0, fit).map(row => `<tr>${shown.map(c => cell(c.name, row[c.i])).join('')}</tr>`).join('')}</table>`;
};

const geomap = (panel, all, box) => {
  const style = panel.options.layers[0].config.style, by = style.color.field, name = style.text.field;
  const marks = all.flatMap(frame => frame.rows.slice(-1).map(row => ({ ...frame.labels, ...Object.fromEntries(frame.columns.map((c, i) => [c, row[i]])) }))).filter(m => m.latitude !== null && m.longitude !== null);
  if (!marks.length) return none(panel, box);
  const [south, north] = [Math.min(...marks.map(m => m.latitude)), Math.max(...marks.map(m => m.latitude))], [west, east] = [Math.min(...marks.map(m => m.longitude)), Math.max(...marks.map(m => m.longitude))];
  const scale = Math.min((box.width - 240) / ((east - west) * Math.cos(south / 57.3) || 1), (box.height - 140) / (north - south || 1));
  const place = m => [box.width / 2 + (m.longitude - (east + west) / 2) * Math.cos(south / 57.3) * scale, box.height / 2 - 12 - (m.latitude - (north + south) / 2) * scale];
  const field = panel.fieldConfig.defaults, size = style.textConfig.fontSize;
  return `<svg width="${box.width}" height="${box.height}" style="background:#1f262d">${marks.map(m => {
    const [x, y] = place(m), word = text(field, m[by]);
    return `<circle cx="${x}" cy="${y}" r="${marks.length > 6 ? 13 : 24}" fill="${colour(field, m[by], '')}" fill-opacity="0.85"/><text x="${x}" y="${y + (marks.length > 6 ? 30 : 54)}" text-anchor="middle" style="font-size:${size}px">${escape(named(m[name]))}${marks.length > 6 ? '' : `: ${escape(word)}`}</text>`;
  }).join('')}<text x="${box.width - 8}" y="${box.height - 8}" text-anchor="end" style="font-size:12px">without its ground, which comes from a tile server</text></svg>`;
};

export const kinds = { stat, timeseries, 'state-timeline': states, bargauge, table, geomap, text: panel => escape(panel.options.content) };
