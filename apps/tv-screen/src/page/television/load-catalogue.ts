import { parseCatalogue, type Title } from '@omega-tv/catalogue/web';

/** The titles that this TV plays, as the server hands them out. */
export async function loadCatalogue(): Promise<readonly Title[]> {
  const [titles, embeddings] = await Promise.all([
    fetchFile('catalogue.jsonl'),
    fetchFile('catalogue.f16'),
  ]);
  return parseCatalogue(await titles.text(), new Uint8Array(await embeddings.arrayBuffer()));
}

/** @throws Error where it cannot be had. */
export async function fetchFile(url: string): Promise<Response> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} cannot be fetched: the answer is ${answer.status}`);
  return answer;
}
