import type { NatsNode } from '@omega-tv/test-support/nats';

/** It runs a fifth of the time. */
const STOPPED_MS = 200;
const RUNNING_MS = 50;

/** Makes a process slow: it is stopped again and again. Returns what ends that. */
export function slowDown(node: Pick<NatsNode, 'signal'>): () => void {
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout>;
  const turn = (): void => {
    isStopped = !isStopped;
    node.signal(isStopped ? 'SIGSTOP' : 'SIGCONT');
    timer = setTimeout(turn, isStopped ? STOPPED_MS : RUNNING_MS);
  };
  turn();
  return () => {
    clearTimeout(timer);
    node.signal('SIGCONT');
  };
}
