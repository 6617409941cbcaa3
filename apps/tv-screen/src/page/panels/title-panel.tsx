import { Poster } from '../posters/poster.js';
import type { Card } from '../rows/build-rows.js';
import { genreName } from '../rows/genre-rows.js';
import { Panel } from './panel.js';

interface TitlePanelProps {
  readonly card: Card;
  readonly onWatched: (completed: boolean) => void;
  readonly onClose: () => void;
}

/** A title, and what can be done with it. */
export function TitlePanel({ card: { title, why }, onWatched, onClose }: TitlePanelProps) {
  const genres = title.genres.map(genreName).join(', ');
  return (
    <Panel heading={title.title} onClose={onClose}>
      <div class="title-panel">
        <Poster title={title} />
        <div>
          <p class="facts">
            {title.year} · {title.kind === 'film' ? 'Film' : 'Series'} · {genres}
          </p>
          <p>{title.synopsis}</p>
          {why === undefined ? null : <p class="why">Why it is here: {why}</p>}
          <div data-row class="actions">
            <button
              type="button"
              onClick={() => {
                onWatched(true);
              }}
            >
              Finish
            </button>
            <button
              type="button"
              onClick={() => {
                onWatched(false);
              }}
            >
              Leave
            </button>
            <button type="button" onClick={onClose}>
              Back
            </button>
          </div>
          <p class="hint">Finish: watched to the end. Leave: begun, and not for you.</p>
        </div>
      </div>
    </Panel>
  );
}
