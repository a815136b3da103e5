// A node of the npm package sparkplug-client: births with one device, then data every quarter of a second, hot as long as a file exists.
// stranger.js PORT FILE
const fs = require('fs');
const client = require('sparkplug-client').newClient({
  serverUrl: `mqtt://127.0.0.1:${process.argv[2]}`, username: '', password: '', groupId: 'city', edgeNode: 'stranger', clientId: 'stranger', version: 'spBv1.0',
});

const metrics = () => [
  { name: 'air-temperature', type: 'Double', value: fs.existsSync(process.argv[3]) ? 46.5 : 21.25, timestamp: Date.now() },
  { name: 'vehicle-count', type: 'UInt32', value: 7, timestamp: Date.now() },
];

function births() {
  client.publishNodeBirth({ timestamp: Date.now(), metrics: [{ name: 'Node Control/Rebirth', type: 'Boolean', value: false, timestamp: Date.now() }] });
  client.publishDeviceBirth('weather', { timestamp: Date.now(), metrics: metrics() });
  console.log('born');
}

let sending;
client.on('error', error => { console.log(`error ${error}`); process.exit(1); });
client.on('birth', () => {
  births();
  sending ??= setInterval(() => client.publishDeviceData('weather', { timestamp: Date.now(), metrics: metrics() }), 250);
});
client.on('ncmd', payload => {
  if (payload.metrics.some(m => m.name === 'Node Control/Rebirth' && m.value === true)) births();
});
