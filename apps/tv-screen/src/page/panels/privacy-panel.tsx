import { useState } from 'preact/hooks';
import { Panel } from './panel.js';

interface PrivacyPanelProps {
  readonly isShared: boolean;
  readonly onShare: (isShared: boolean) => void;
  readonly onForget: () => void;
  readonly onClose: () => void;
}

/** Consent, and its end, in plain words. */
export function PrivacyPanel({ isShared, onShare, onForget, onClose }: PrivacyPanelProps) {
  const [isSure, setSure] = useState(false);
  return (
    <Panel heading="Privacy" onClose={onClose}>
      <div data-row class="actions">
        <button
          type="button"
          role="switch"
          aria-checked={isShared}
          onClick={() => {
            onShare(!isShared);
          }}
        >
          Share what adults finish: {isShared ? 'on' : 'off'}
        </button>
      </div>
      {isShared ? <SharedWords /> : <PrivateWords />}
      <div data-row class="actions">
        <button
          type="button"
          onClick={() => {
            if (isSure) onForget();
            setSure(true);
          }}
        >
          {isSure ? 'Press again to forget everything' : 'Forget everything on this TV'}
        </button>
        <button type="button" onClick={onClose}>
          Back
        </button>
      </div>
      <p class="hint">
        Forgetting erases what was watched, learned and received here, and turns sharing off. What
        the server has counted stays in its sums, which name nobody.
      </p>
    </Panel>
  );
}

function PrivateWords() {
  return (
    <>
      <p>
        Nothing about what you watch leaves this TV. It still hears what other TVs learned; to ask
        for it, it sends a number drawn for this TV, and which lists it has.
      </p>
      <p>
        Turned on, each title that adults finish is told once, together with 32 numbers that stand
        for their taste, and tastes that became clear: averages over many titles.
      </p>
    </>
  );
}

function SharedWords() {
  return (
    <>
      <p>
        Each title that adults finish is told to the server once, with 32 numbers that stand for
        their taste. Tastes that became clear go out as averages, those learned earlier too. Titles
        that were finished before you turned this on stay here.
      </p>
      <p>
        The server adds all this to sums over many TVs. Turn it off, and what still waits here stays
        here.
      </p>
    </>
  );
}
