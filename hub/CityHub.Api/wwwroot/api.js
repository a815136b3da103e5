// Asks the hub, in the name of the key in this browser's cookie.

export class SignInNeeded extends Error {}

export async function ask(path, body, method = body === undefined ? 'GET' : 'POST') {
  const response = await fetch(path, {
    method, cache: 'no-store', signal: AbortSignal.timeout(15_000),
    ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (response.status === 401 && !(path === '/v1/session' && method === 'POST')) throw new SignInNeeded();
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error([answer.detail, ...answer.errors.map(e => `${e.field} ${e.detail}`)].join(' '));
  return answer;
}

/** What to say when a change did not go through. */
export const refused = wrong => wrong.name === 'TypeError' || wrong.name === 'TimeoutError' ? 'The hub does not answer: this is NOT done.' : wrong.message;
