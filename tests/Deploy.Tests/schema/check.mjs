// Checks what installs the city against the schemas that its readers use. Prints one line a fault, and in the end how much was looked at; ends with 1 when there was a fault.
//   node check.mjs kubernetes FILE…   rendered manifests, each document as its kind of Kubernetes (the release stands in package.json)
//   node check.mjs compose FILE…      as the Compose specification has it
//   node check.mjs dockerfile FILE…   as Docker reads it
import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

const [what, ...files] = process.argv.slice(2);
const faults = [];
let seen = 0;

if (what === 'kubernetes') {
  for (const file of files) {
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const value = document.toJS();
      if (!value) continue;
      const name = `${value.kind}/${value.metadata?.name}`;
      const group = value.apiVersion.includes('/') ? value.apiVersion : value.apiVersion;
      let kinds;
      try { kinds = await import(`kubernetes-models/${group}`); } catch { faults.push(`${file}: ${name}: no such group ${value.apiVersion}`); continue; }
      const Kind = kinds[value.kind];
      if (!Kind) { faults.push(`${file}: ${name}: ${value.apiVersion} has no such kind`); continue; }
      seen++;
      try { new Kind(value).validate(); } catch (error) { faults.push(`${file}: ${name}: ${error.message}`); }
    }
  }
} else if (what === 'compose') {
  const { default: Ajv } = await import('ajv');
  const { default: formats } = await import('ajv-formats');
  // The specification's own schema, as a linter of Compose files ships it.
  const { $schema, ...schema } = JSON.parse(readFileSync(new URL('node_modules/dclint/schemas/compose.schema.json', import.meta.url), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { duration: /^(\d+(\.\d+)?(us|ms|s|m|h))+$/ } });
  formats(ajv, ['date-time', 'uri', 'uri-reference']);
  const check = ajv.compile(schema);
  for (const file of files) {
    seen++;
    if (!check(parse(readFileSync(file, 'utf8'), { merge: true }))) for (const e of check.errors) faults.push(`${file}: ${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  }
} else if (what === 'dockerfile') {
  const { validate } = await import('dockerfile-utils');
  for (const file of files) {
    seen++;
    for (const e of validate(readFileSync(file, 'utf8'))) faults.push(`${file}:${e.range.start.line + 1}: ${e.message}`);
  }
} else {
  faults.push(`nothing known of '${what}'`);
}
for (const fault of faults) console.log(fault);
console.log(`${seen} looked at, ${faults.length} faults`);
process.exit(faults.length === 0 && seen > 0 ? 0 : 1);
