// Checks every board in a folder against Grafana's own packages, the newest and the oldest that the boards are for:
// the JSON as a value of the type Dashboard, each panel's options and field settings as that panel's own types, each unit as one that Grafana knows.
// Prints one line a fault; ends with 1 when there was any.
import { readFileSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const [folder, ...dataPackages] = process.argv.slice(2);
const boards = readdirSync(folder).filter(f => f.endsWith('.json')).sort().map(f => [f, JSON.parse(readFileSync(join(folder, f), 'utf8'))]);
const faults = [];

// --- units -----------------------------------------------------------------------------------------------------------
for (const archive of dataPackages) {
  const names = execFileSync('tar', ['tzf', archive], { encoding: 'utf8' }).split('\n');
  const list = names.find(n => /dist\/esm\/valueFormats\/categories\.m?js$/.test(n));
  const source = execFileSync('tar', ['xzOf', archive, list], { encoding: 'utf8' });
  // The list is data: each format has an id in a string literal. Read by TypeScript's own scanner, so that escapes are what they mean.
  const ids = new Set();
  const visit = node => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'id' && ts.isStringLiteral(node.initializer)) ids.add(node.initializer.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('categories.js', source, ts.ScriptTarget.Latest, true));
  if (ids.size < 200) faults.push(`${archive}: only ${ids.size} units found; is the list elsewhere?`);
  const asked = (value, where) => {
    if (value !== undefined && !ids.has(value)) faults.push(`${where}: Grafana has no unit '${value}' (${archive.split('/').pop()})`);
  };
  for (const [file, board] of boards) {
    for (const panel of board.panels) {
      asked(panel.fieldConfig?.defaults?.unit, `${file}: ${panel.title}`);
      for (const over of panel.fieldConfig?.overrides ?? []) for (const p of over.properties) if (p.id === 'unit') asked(p.value, `${file}: ${panel.title}`);
    }
  }
}

// --- types -----------------------------------------------------------------------------------------------------------
// JSON has no enums: an enum's member is its text there. Wire<T> is T as JSON writes it; everything else stays as strict as it is.
const head = schema => `
import type { Dashboard, AnnotationQuery } from '${schema}';
type Wire<T> = unknown extends T ? T : T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
  : T extends Array<infer U> ? Array<Wire<U>> : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;
// What the InfluxDB data source reads of an annotation.
type Events = { refId: string; fromAnnotations: true; query: string; rawQuery: true; resultFormat: 'time_series' | 'table'; textColumn: string; titleColumn: string; tagsColumn: string;
  limit: number; matchAny: boolean; tags: string[]; type: string };
type Marks = Omit<Wire<AnnotationQuery>, 'target'> & { target: Events };
type Board = Omit<Wire<Dashboard>, 'annotations'> & { annotations: { list: Marks[] } };
`;
const kinds = { stat: 'Stat', timeseries: 'TimeSeries', 'state-timeline': 'StateTimeline', bargauge: 'BarGauge', table: 'Table', geomap: 'Geomap', text: 'Text' };
const folders = { 'state-timeline': 'statetimeline' };

const files = new Map();
const where = new Map();
for (const [file, board] of boards) {
  for (const schema of ['@grafana/schema', 'grafana-schema-10']) {
    const name = join(here, `${file}.${schema.includes('10') ? '10' : '13'}.ts`);
    files.set(name, `${head(schema)}const board: Board = ${JSON.stringify(board, null, 1)};\nexport default board;\n`);
    where.set(name, `${file} as Dashboard of ${schema}`);
  }
  const parts = [];
  const imports = new Map();
  for (const panel of board.panels.filter(p => p.type !== 'row')) {
    const kind = kinds[panel.type];
    if (!kind) { faults.push(`${file}: no types known here for a panel of type ${panel.type}`); continue; }
    imports.set(kind, `import type * as ${kind} from '@grafana/schema/dist/esm/raw/composable/${folders[panel.type] ?? panel.type}/panelcfg/x/${kind}PanelCfg_types.gen';`);
    parts.push(`const options${panel.id}: Partial<Wire<${kind}.Options>> = ${JSON.stringify(panel.options)};`);
    if (Object.keys(panel.fieldConfig.defaults.custom).length > 0) parts.push(`const field${panel.id}: Partial<Wire<${kind}.FieldConfig>> = ${JSON.stringify(panel.fieldConfig.defaults.custom)};`);
    parts.push(`void options${panel.id};`);
  }
  const name = join(here, `${file}.panels.ts`);
  files.set(name, `${head('@grafana/schema')}${[...imports.values()].join('\n')}\n${parts.join('\n')}\nexport {};\n`);
  where.set(name, `${file}, panel options`);
}

const options = { strict: true, noEmit: true, skipLibCheck: true, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [] };
const host = ts.createCompilerHost(options);
const { getSourceFile, fileExists, readFile } = host;
host.getSourceFile = (name, ...rest) => files.has(name) ? ts.createSourceFile(name, files.get(name), ts.ScriptTarget.ES2022, true) : getSourceFile.call(host, name, ...rest);
host.fileExists = name => files.has(name) || fileExists.call(host, name);
host.readFile = name => files.get(name) ?? readFile.call(host, name);
const program = ts.createProgram([...files.keys()], options, host);
for (const fault of ts.getPreEmitDiagnostics(program)) {
  const text = ts.flattenDiagnosticMessageText(fault.messageText, '\n  ');
  const line = fault.file ? fault.file.text.slice(0, fault.start).split('\n').length : 0;
  const source = fault.file ? fault.file.text.split('\n')[line - 1].trim().slice(0, 160) : '';
  faults.push(`${fault.file ? where.get(fault.file.fileName) ?? fault.file.fileName : ''}: ${text}\n  at ${source}`);
}
console.log(`${boards.length} boards, ${boards.reduce((n, [, b]) => n + b.panels.length, 0)} panels, ${faults.length} faults`);
for (const fault of faults.slice(0, 60)) console.log(fault);
process.exit(faults.length === 0 ? 0 : 1);
