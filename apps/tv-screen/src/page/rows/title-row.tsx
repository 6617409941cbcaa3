import type { Title } from '@omega-tv/catalogue/web';
import { Poster } from '../posters/poster.js';
import type { Card, Row } from './build-rows.js';

interface TitleRowProps {
  readonly row: Row;
  readonly onChoose: (card: Card) => void;
}

export function TitleRow({ row, onChoose }: TitleRowProps) {
  const heading = `row-${row.key.replace(/\W/g, '-')}`;
  return (
    <section aria-labelledby={heading} class="row">
      <h2 id={heading}>{row.heading}</h2>
      <ul data-row>
        {row.cards.map((card) => (
          <li key={card.title.id}>
            <button
              type="button"
              class="card"
              aria-label={labelOf(card.title, card.why)}
              onClick={() => {
                onChoose(card);
              }}
            >
              <Poster title={card.title} />
            </button>
            {card.why === undefined ? null : <p class="why">{card.why}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function labelOf({ title, year }: Title, why?: string): string {
  return why === undefined ? `${title}, ${year}` : `${title}, ${year}. ${why}`;
}
