// Writes one payload in hex, encoded by sparkplug-payload, with a metric of each datatype that the package can write.
const { encodePayload } = require('sparkplug-payload').get('spBv1.0');

const metrics = [
  { name: 'int8', type: 'Int8', value: -8 },
  { name: 'int16', type: 'Int16', value: -1600 },
  { name: 'int32', type: 'Int32', value: -320000 },
  { name: 'int64', type: 'Int64', value: 64000000000 },
  { name: 'uint8', type: 'UInt8', value: 200 },
  { name: 'uint16', type: 'UInt16', value: 60000 },
  { name: 'uint32', type: 'UInt32', value: 4000000000 },
  { name: 'uint64', type: 'UInt64', value: 9000000000 },
  { name: 'float', type: 'Float', value: 1.5 },
  { name: 'double', type: 'Double', value: -2.25 },
  { name: 'boolean', type: 'Boolean', value: true },
  { name: 'string', type: 'String', value: 'Straße' },
  { name: 'datetime', type: 'DateTime', value: 1764000000000 },
  { name: 'text', type: 'Text', value: 'long text' },
  { name: 'uuid', type: 'UUID', value: '550e8400-e29b-41d4-a716-446655440000' },
  { name: 'bytes', type: 'Bytes', value: Buffer.from([1, 2, 255]) },
  { name: 'null', type: 'Double', value: null },
  { name: 'flags', type: 'Int32', value: 1, alias: 300, isHistorical: true, isTransient: true },
  {
    name: 'properties', type: 'Double', value: 3,
    properties: { Quality: { type: 'Int32', value: 192 }, note: { type: 'String', value: 'n' }, inner: { type: 'PropertySet', value: { deep: { type: 'Boolean', value: true } } } },
  },
  {
    name: 'dataset', type: 'DataSet',
    value: { numOfColumns: 2, columns: ['a', 'b'], types: ['String', 'Double'], rows: [['x', 1.5], ['y', 2.5]] },
  },
  {
    name: 'template', type: 'Template',
    value: {
      version: '1', isDefinition: true, metrics: [{ name: 'member', type: 'Double', value: 4 }],
      parameters: [{ name: 'p', type: 'String', value: 'q' }],
    },
  },
].map(metric => ({ timestamp: 1764000000001, ...metric }));

console.log(Buffer.from(encodePayload({ timestamp: 1764000000000, seq: 7, uuid: 'u', metrics })).toString('hex'));
