import { networkInterfaces } from 'node:os';
import { asyncScheduler, interval, type Observable, type SchedulerLike } from 'rxjs';
import { filter, map, pairwise, startWith } from 'rxjs/operators';

/** How soon it is seen that a network came up. */
const POLL_MS = 5000;

interface NetworkUpOptions {
  /** Default: the machine's. */
  readonly interfaces?: typeof networkInterfaces;
  /** Default: RxJS's asynchronous scheduler. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Emits when this machine got an address that it had not before. Node has no event for that, so it
 * looks every five seconds, while somebody is subscribed: a sync loop is, after a failure alone.
 */
export function networkUp({
  interfaces = networkInterfaces,
  scheduler = asyncScheduler,
}: NetworkUpOptions = {}): Observable<void> {
  return interval(POLL_MS, scheduler).pipe(
    startWith(0),
    map(() => addressesOf(interfaces())),
    pairwise(),
    filter(([before, now]) => [...now].some((address) => !before.has(address))),
    map(() => undefined),
  );
}

/** Of all but the loopback. */
function addressesOf(found: ReturnType<typeof networkInterfaces>): ReadonlySet<string> {
  const all = Object.values(found).flatMap((addresses) => addresses ?? []);
  return new Set(all.filter(({ internal }) => !internal).map(({ address }) => address));
}
