// Reads one JSON task a line, answers one line: what a library that is not ours makes of a body. Bodies are base64.
const fs = require("node:fs");
const readline = require("node:readline");
const Ajv = require("ajv/dist/2020");
const addFormats = require("ajv-formats");
const { HTTP } = require("cloudevents");
const { CAP_1_2 } = require("@dec112/cap-ts");

const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
addFormats(ajv);
const standard = ajv.compile(JSON.parse(fs.readFileSync("../../../docs/webhook.v1.schema.json", "utf8")));

const readers = {
  schema: (body) => (standard(JSON.parse(body)) ? "valid" : ajv.errorsText(standard.errors)),
  cloudevent: (body) => {
    const event = HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body });
    return JSON.stringify({ valid: event.validate(), id: event.id, type: event.type, source: event.source, subject: event.subject, time: event.time, number: event.data.number });
  },
  cap: async (body) => {
    const alert = await CAP_1_2.Alert.fromXML(body);
    const [info] = alert.info_list;
    return JSON.stringify({
      identifier: alert.identifier, sender: alert.sender, references: alert.references, incidents: alert.incidents,
      status: CAP_1_2.Alert_status[alert.status], msgType: CAP_1_2.Alert_msgType[alert.msgType],
      responseType: info?.responseType_list.map((one) => CAP_1_2.Alert_info_list_Item_responseType_list_Item?.[one] ?? one), event: info?.event, headline: info?.headline, expires: info?.expires,
    });
  },
};

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const task = JSON.parse(line);
  try {
    console.log(await readers[task.do](Buffer.from(task.body, "base64").toString("utf8")));
  } catch (error) {
    console.log(`refused: ${String(error.message).replaceAll("\n", " ")}`);
  }
});
