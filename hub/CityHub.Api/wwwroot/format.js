// How instants, ages, units and values read on the desk.

const two = n => String(n).padStart(2, '0');

/** Wall time of day, as people say it: 14:03:27. */
export const clockTime = date => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** 14:03 today, else with the day before it. */
export function shortTime(text, now = new Date()) {
  const at = new Date(text);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return at.toDateString() === now.toDateString() ? time : `${two(at.getDate())}.${two(at.getMonth() + 1)}. ${time}`;
}

/** An age that counts: 4:07 below an hour, 3 h 05 below a day, then days. */
export function age(milliseconds) {
  const s = Math.max(0, Math.floor(milliseconds / 1000));
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)}`;
  return `${Math.floor(s / 86_400)} d ${Math.floor(s / 3600) % 24} h`;
}

/** UCUM codes as people write them. */
const UNITS = new Map([['Cel', '°C'], ['ug/m3', 'µg/m³'], ['W/m2', 'W/m²'], ['deg', '°'], ['{vehicles}', 'vehicles'], ['1', '']]);
export const unit = code => UNITS.get(code) ?? code;

/** A number with as many places as its size can bear. */
export function number(value) {
  const size = Math.abs(value);
  return value.toLocaleString('en-GB', { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2 });
}

/** A value with its unit; a contact says what it is. */
export function reading(v) {
  if (v.value === null) return v.fault ? `no value: ${words(v.fault)}` : 'no value';
  if (v.kind === 'contact' || v.unit === '1') return v.value > 0 ? 'triggered' : 'quiet';
  return `${number(v.value)} ${unit(v.unit)}`.trim();
}

export const words = name => name.replaceAll('-', ' ');
