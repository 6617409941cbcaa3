import { loadCatalogue } from '@omega-tv/catalogue';

/** Embeddings of the titles that the shipped codebook never saw. */
export function loadUnseen(): readonly Float32Array[] {
  return embeddings(true);
}

/** Of the others, for methods that learn from the catalogue. */
export function loadTraining(): readonly Float32Array[] {
  return embeddings(false);
}

function embeddings(heldOut: boolean): readonly Float32Array[] {
  return loadCatalogue()
    .filter((title) => title.heldOut === heldOut)
    .map((title) => title.embedding);
}
