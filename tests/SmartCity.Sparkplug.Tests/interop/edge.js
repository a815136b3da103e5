// A node of the npm package sparkplug-client: births with one device, then data. "data" on standard input sends data again, "stop" ends it;
// a rebirth request makes it publish its births anew. Says on standard output what it did.
const client = require('sparkplug-client').newClient({
  serverUrl: `mqtt://127.0.0.1:${process.argv[2]}`, username: '', password: '', groupId: 'north', edgeNode: 'npm-1', clientId: 'npm-1',
  version: 'spBv1.0', publishDeath: true,
});
const stamp = Number(process.argv[3]);
const metric = (name, type, value, after) => ({ name, type, value, timestamp: stamp + after });

client.on('error', error => { console.log(`error ${error}`); process.exit(1); });
client.on('birth', births);
client.on('ncmd', payload => {
  const rebirth = payload.metrics.some(m => m.name === 'Node Control/Rebirth' && m.value === true);
  console.log(`command rebirth=${rebirth}`);
  if (rebirth) births();
});

function births() {
  client.publishNodeBirth({ timestamp: stamp, metrics: [metric('Node Control/Rebirth', 'Boolean', false, 0), metric('supply-voltage', 'Float', 12.5, 0)] });
  client.publishDeviceBirth('weather', {
    timestamp: stamp, metrics: [metric('air-temperature', 'Double', 19.5, 0), metric('vehicle-count', 'UInt32', 7, 0), metric('motion', 'Boolean', false, 0), metric('noise', 'Double', 40, 0)],
  });
  console.log('born');
}

let after = 0;
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  if (line === 'stop') {
    client.stop();
    console.log('stopped');
  } else {
    after += 1000;
    client.publishDeviceData('weather', {
      timestamp: stamp + after, metrics: [metric('air-temperature', 'Double', 20 + after / 1000, after), metric('vehicle-count', 'UInt32', 7 + after / 1000, after), metric('motion', 'Boolean', true, after)],
    });
    console.log('sent');
  }
}).on('close', () => process.exit(0));
