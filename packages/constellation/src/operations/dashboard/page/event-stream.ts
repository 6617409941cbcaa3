/** An event as it came, its data still JSON. */
export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/**
 * Reads server-sent events out of text that comes in pieces: those of this server, which have one line
 * of data.
 */
export class EventParser {
  #rest = '';

  /** The events that the text ends. */
  add(text: string): readonly ServerEvent[] {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.map((block) => ({
      name: /^event: (.*)$/m.exec(block)?.[1] ?? 'message',
      data: /^data: (.*)$/m.exec(block)?.[1] ?? '',
    }));
  }
}

/** The server wants another token than it was shown. */
export class UnauthorizedError extends Error {}

/** Asks with the token; an EventSource can show none. @throws UnauthorizedError */
export async function ask(
  path: string,
  token: string | null,
  init: RequestInit = {},
): Promise<Response> {
  const headers = {
    ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(path, { ...init, headers });
  if (response.status === 401) throw new UnauthorizedError('The server asks for its admin token');
  if (response.ok) return response;
  const problem = (await response.json()) as { detail?: string };
  throw new Error(problem.detail ?? `The server answered ${response.status}`);
}

/** Reads events until the server ends them. @throws UnauthorizedError, or what fetch throws. */
export async function readEvents(
  token: string | null,
  onEvent: (event: ServerEvent) => void,
): Promise<void> {
  const { body } = await ask('/events', token);
  if (body === null) return;
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const event of parser.add(decoder.decode(value, { stream: true }))) onEvent(event);
  }
}
