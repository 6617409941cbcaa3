import type { SyncLoopState, SyncLoopStatus } from '@omega-tv/client';

const WORDS: Readonly<Record<SyncLoopState, string>> = {
  stopped: 'Not syncing',
  paused: 'Paused',
  syncing: 'Syncing…',
  idle: 'Up to date',
  waiting: 'Will sync again soon',
  offline: 'Offline: your lists stay, and this TV tries again',
  refused: 'The server refuses this TV',
};

export function StatusBadge({ status }: { readonly status: SyncLoopStatus }) {
  const isFirst = status.lastSuccess === undefined && status.state === 'idle';
  return (
    <p class={`badge badge-${status.state}`} role="status">
      {isFirst ? 'First sync within a minute' : WORDS[status.state]}
    </p>
  );
}
