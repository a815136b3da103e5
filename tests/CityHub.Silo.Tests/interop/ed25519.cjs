// Reads one JSON task a line, answers one line: "verified" or "refused". Ed25519 in plain JavaScript, so that nothing is shared with OpenSSL.
const readline = require("node:readline");
const nacl = require("tweetnacl");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { key, id, timestamp, signatures, body } = JSON.parse(line);
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body, "base64")]);
  const publicKey = Buffer.from(key.replace("whpk_", ""), "base64");
  const good = signatures.split(" ").some((one) => {
    const [version, text] = one.split(",");
    return version === "v1a" && nacl.sign.detached.verify(signed, Buffer.from(text, "base64"), publicKey);
  });
  console.log(good ? "verified" : "refused");
});
