import type { SyncLoop, SyncLoopStatus } from '@omega-tv/client';
import { useEffect, useState } from 'preact/hooks';
import type { Traffic } from './panels/left-panel.js';

/** Runs the loop as long as the screen is there; calls `onSynced` after each exchange. */
export function useSync(
  loop: SyncLoop,
  onSynced: () => void,
): { readonly status: SyncLoopStatus | undefined; readonly traffic: Traffic } {
  const [status, setStatus] = useState<SyncLoopStatus>();
  const [traffic, setTraffic] = useState<Traffic>({ sent: 0, received: 0 });
  useEffect(() => {
    const watching = loop.status$.subscribe(setStatus);
    watching.add(
      loop.results$.subscribe(({ bytesSent, bytesReceived }) => {
        setTraffic(({ sent, received }) => ({
          sent: sent + bytesSent,
          received: received + bytesReceived,
        }));
        onSynced();
      }),
    );
    watching.add(loop.start());
    return () => {
      watching.unsubscribe();
    };
  }, [loop, onSynced]);
  return { status, traffic };
}
