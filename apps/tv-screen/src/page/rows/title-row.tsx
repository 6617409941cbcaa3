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
              aria-describedby={card.why === undefined ? undefined : whyId(card)}
              onClick={() => {
                onChoose(card);
              }}
            >
              <Poster title={card.title} />
            </button>
            {card.why === undefined ? null : (
              <p id={whyId(card)} class="why">
                {card.why}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function whyId({ title }: Card): string {
  return `why-${title.id}`;
}
