// Live events over fetch: unlike EventSource it sees the heartbeats, so that silence can be told from calm.

/**
 * Reads /v1/events for ever, reconnecting with Last-Event-ID.
 * on.word(): anything at all came. on.open(hello), on.event(data), on.gap(), on.lost(), on.signIn().
 */
export async function follow(on) {
  let last = null;
  let wait = 500;
  for (;;) {
    try {
      const headers = last === null ? {} : { 'Last-Event-ID': last };
      const response = await fetch('/v1/events', { headers, cache: 'no-store' });
      if (response.status === 401) { on.signIn(); return; }
      if (!response.ok) throw new Error(`status ${response.status}`);
      wait = 500;
      for await (const message of messages(response.body, on.word)) {
        const data = JSON.parse(message.data);
        if (message.id !== null) last = message.id;
        if (message.name === 'hello') on.open(data);
        else if (message.name === 'gap') { last = null; on.gap(); }
        else on.event(data);
      }
    } catch {
      // The hub is away, or the network: the banner tells, and we go on trying.
    }
    on.lost();
    await new Promise(go => setTimeout(go, wait));
    wait = Math.min(wait * 2, 5000);
  }
}

async function* messages(body, word) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    word();
    text += value;
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const message = { id: null, name: 'message', data: '' };
      for (const line of text.slice(0, end).split('\n')) {
        if (line.startsWith('data: ')) message.data += line.slice(6);
        else if (line.startsWith('event: ')) message.name = line.slice(7);
        else if (line.startsWith('id: ')) message.id = line.slice(4);
      }
      if (message.data) yield message;
    }
  }
}
