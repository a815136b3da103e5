// Reads lines "topic qos retain hex" from standard input and writes, for each, what sparkplug-payload makes of it: one JSON object a line.
// "decoded" is the package's own reading, which gives no value where a metric has no datatype (as data with aliases have none);
// "fields" are the protobuf fields as its schema reads them.
const { decodePayload } = require('sparkplug-payload').get('spBv1.0');
const schema = require('sparkplug-payload/lib/sparkplugPayloadProto').org.eclipse.tahu.protobuf.Payload;
const lines = require('readline').createInterface({ input: process.stdin });

const plain = (key, value) => {
  if (value && typeof value === 'object') {
    if (value.type === 'Buffer') return Buffer.from(value.data).toString('hex');
    if (typeof value.low === 'number' && typeof value.high === 'number') return BigInt.asUintN(64, (BigInt(value.high) << 32n) | BigInt(value.low >>> 0)).toString();
  }
  return value;
};

lines.on('line', line => {
  const [topic, qos, retain, hex] = line.split(' ');
  const bytes = Buffer.from(hex, 'hex');
  const fields = schema.toObject(schema.decode(bytes), { longs: String, bytes: b => Buffer.from(b).toString('hex') });
  console.log(JSON.stringify({ topic, qos: Number(qos), retain: Number(retain), decoded: decodePayload(bytes), fields }, plain));
});
