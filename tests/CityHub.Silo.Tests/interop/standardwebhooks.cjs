// Reads one JSON task a line, answers one line: the signature, "verified", or "refused: why".
// Texts are base64, so that the bytes that are checked are the bytes that were sent.
const { Webhook } = require("standardwebhooks");
const readline = require("node:readline");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const task = JSON.parse(line);
  const body = Buffer.from(task.body, "base64").toString("utf8");
  try {
    const webhook = new Webhook(task.secret);
    if (task.do === "sign") {
      console.log(webhook.sign(task.id, new Date(task.timestamp * 1000), body));
    } else {
      webhook.verify(body, task.headers);
      console.log("verified");
    }
  } catch (error) {
    console.log(`refused: ${error.message}`);
  }
});
