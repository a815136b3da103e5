// Values as words and colours, as the field settings of a panel say.
export const escape = text => String(text).replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);

/** The settings of one series or column: the panel's, with what its overrides say of that name. */
export const settings = (panel, name) => {
  const field = structuredClone(panel.fieldConfig.defaults);
  field.custom ??= {};
  if (field.color?.mode === 'fixed') field.tint = field.color.fixedColor;
  for (const over of panel.fieldConfig.overrides ?? []) {
    if (over.matcher.options !== name) continue;
    for (const { id, value } of over.properties) {
      if (id.startsWith('custom.')) field.custom[id.slice(7)] = value;
      else if (id === 'color') field.tint = value.fixedColor;
      else field[id] = value;
    }
  }
  return field;
};

const mapped = (field, value) => {
  for (const { type, options } of field.mappings ?? []) {
    if (type === 'value' && options[value] !== undefined) return options[value];
    if (type === 'range' && typeof value === 'number' && value >= (options.from ?? -Infinity) && value <= (options.to ?? Infinity)) return options.result;
  }
  return null;
};

const units = {
  celsius: '°C', percent: '%', percentunit: '%', humidity: '%H', lengthm: 'm', lengthmm: 'mm', conμgm3: 'µg/m³', velocityms: 'm/s', velocitykmh: 'km/h', ppm: 'ppm', reqps: '/s', cps: '/s', wps: '/s', volt: 'V', amp: 'A', pressurehpa: 'hPa', degree: '°', lux: 'lx', dB: 'dB',
};

/** @param bare Without the word that the value means. */
export const text = (field, value, bare = false) => {
  if (typeof value !== 'number') return mapped(field, value)?.text ?? String(value);
  const word = bare ? null : mapped(field, value);
  if (word?.text) return word.text;
  let [number, unit] = [value, units[field.unit] ?? ''];
  if (field.unit === 'percentunit') number *= 100;
  if (field.unit === 's') [number, unit] = scaled(value, [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's'], [1e-3, 'ms'], [1e-6, 'µs']]);
  if (field.unit === 'bytes') [number, unit] = scaled(value, [[1 << 30, 'GiB'], [1 << 20, 'MiB'], [1 << 10, 'KiB'], [1, 'B']]);
  if (field.unit === 'short' || field.unit === 'reqps' || field.unit === 'cps' || field.unit === 'wps') {
    const [short, letter] = scaled(value, [[1e9, 'G'], [1e6, 'M'], [1e3, 'K'], [1, '']]);
    [number, unit] = [short, letter + unit];
  }
  const digits = field.decimals !== undefined && !bare ? field.decimals : Math.abs(number) >= 100 || Number.isInteger(number) ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  return number.toFixed(digits) + (unit ? (/^[°%KMG/]/.test(unit) ? unit : ' ' + unit) : '');
};

const scaled = (value, steps) => {
  const [size, unit] = steps.find(([least]) => Math.abs(value) >= least) ?? (value === 0 ? steps.find(([least]) => least === 1) : steps.at(-1));
  return [value / size, unit];
};

const palette = ['#56B4E9', '#E69F00', '#009E73', '#F0E442', '#0072B2', '#D55E00', '#CC79A7'];

export const paletteOf = index => palette[index % palette.length];

export const colour = (field, value, name) => {
  const word = mapped(field, value);
  if (word?.color) return word.color;
  if (field.tint) return field.tint;
  if (field.color?.mode === 'fixed') return field.color.fixedColor;
  const steps = field.thresholds?.steps ?? [];
  return steps.filter(step => step.value === null || step.value === undefined || value >= step.value).at(-1)?.color ?? steps[0]?.color ?? paletteOf(name.length);
};

export const named = text => String(text).replace(/^.*\//, '');

export const ticks = (low, high, count) => {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 5, 10].map(n => n * power).find(n => n >= rough), found = [];
  for (let v = Math.floor(low / step) * step; v <= high + step * 0.999; v += step) found.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return found;
};
