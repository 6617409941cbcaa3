import { PROFILES, type ProfileName } from '../television/profiles.js';
import { Panel } from './panel.js';

interface ProfilePanelProps {
  readonly profile: ProfileName;
  readonly onChoose: (profile: ProfileName) => void;
  readonly onClose: () => void;
}

export function ProfilePanel({ profile, onChoose, onClose }: ProfilePanelProps) {
  return (
    <Panel heading="Who is watching?" onClose={onClose}>
      <div data-row class="actions">
        {PROFILES.map(({ name }) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === profile}
            onClick={() => {
              onChoose(name);
            }}
          >
            {name}
            {name === profile ? ' (now)' : ''}
          </button>
        ))}
      </div>
      <p>Adults: what is finished shapes the lists, and leaves this TV only if you say so.</p>
      <p>
        Children: the screen shows titles for children and families, and what is watched here never
        leaves this TV, whatever you choose for adults.
      </p>
      <p>Who watches is known to this TV alone. No name of a viewer is ever sent.</p>
    </Panel>
  );
}
