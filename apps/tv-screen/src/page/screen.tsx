import { useRef, useState } from 'preact/hooks';
import { LeftPanel } from './panels/left-panel.js';
import { PrivacyPanel } from './panels/privacy-panel.js';
import { ProfilePanel } from './panels/profile-panel.js';
import { TitlePanel } from './panels/title-panel.js';
import { useRemote } from './remote/use-remote.js';
import type { Card } from './rows/build-rows.js';
import { TitleRow } from './rows/title-row.js';
import { StatusBadge } from './status/status-badge.js';
import { keepChoices, readChoices, type Choices } from './television/choices.js';
import type { StartedTv } from './television/start-tv.js';
import { useRows } from './use-rows.js';
import { useSync } from './use-sync.js';

type Opened = 'profile' | 'privacy' | 'left' | Card;

const BUTTONS = [
  ['privacy', 'Privacy'],
  ['left', 'What left this TV'],
] as const;

export function Screen({ tv, loop }: StartedTv) {
  const [choices, setChoices] = useState<Choices>(readChoices);
  const [opened, setOpened] = useState<Opened>();
  const [problem, setProblem] = useState<string>();
  const { rows, change, refresh, refreshAfterSync } = useRows(tv, choices.profile);
  const { status, traffic } = useSync(loop, useLatest(refreshAfterSync));
  useRemote();

  const close = (): void => {
    setOpened(undefined);
  };
  const choose = (some: Partial<Choices>): void => {
    const next = { ...choices, ...some };
    keepChoices(next);
    setChoices(next);
  };
  /** What was chosen is done, or the screen says why not: another tab may have taken the TV. */
  const attempt = (work: Promise<void>): void => {
    setProblem(undefined);
    work.catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
    });
  };
  const share = async (isShared: boolean): Promise<void> => {
    // What is kept must never say more than what the viewer chose last.
    if (!isShared) choose({ isShared });
    await tv.share(isShared);
    if (isShared) choose({ isShared });
  };
  const watch = async ({ title }: Card, completed: boolean): Promise<void> => {
    close();
    await tv.watch(title, completed, choices.profile);
    await refresh();
  };
  const forget = async (): Promise<void> => {
    choose({ isShared: false });
    await tv.forget();
    close();
    await refresh();
  };

  return (
    <>
      <header>
        <h1>Omega TV</h1>
        <div data-row class="actions">
          <button
            type="button"
            onClick={() => {
              setOpened('profile');
            }}
          >
            Watching: {choices.profile}
          </button>
          <button
            type="button"
            onClick={() => {
              loop.syncNow();
            }}
          >
            Sync now
          </button>
          {BUTTONS.map(([panel, words]) => (
            <button
              key={panel}
              type="button"
              onClick={() => {
                setOpened(panel);
              }}
            >
              {words}
            </button>
          ))}
        </div>
        {status === undefined ? null : <StatusBadge status={status} />}
      </header>
      <main>
        <p class="notice" role="status">
          {noticeOf(problem) ??
            change ??
            firstWords(
              rows.some(({ isPersonal }) => isPersonal),
              choices.isShared,
            )}
        </p>
        {rows.map((row) => (
          <TitleRow key={row.key} row={row} onChoose={setOpened} />
        ))}
      </main>
      {opened === 'profile' ? (
        <ProfilePanel
          profile={choices.profile}
          onChoose={(profile) => {
            choose({ profile });
            close();
          }}
          onClose={close}
        />
      ) : null}
      {opened === 'privacy' ? (
        <PrivacyPanel
          isShared={choices.isShared}
          onShare={(isShared) => {
            attempt(share(isShared));
          }}
          onForget={() => {
            attempt(forget());
          }}
          onClose={close}
        />
      ) : null}
      {opened === 'left' ? <LeftPanel tv={tv} traffic={traffic} onClose={close} /> : null}
      {typeof opened === 'object' ? (
        <TitlePanel
          card={opened}
          onWatched={(completed) => {
            attempt(watch(opened, completed));
          }}
          onClose={close}
        />
      ) : null}
    </>
  );
}

function noticeOf(problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `That did not work: ${problem}. Reload the page.`;
}

function firstWords(hasLists: boolean, isShared: boolean): string {
  if (!hasLists) return 'Choose a title and finish it: then lists for you begin.';
  return isShared
    ? 'What adults finish is shared. Privacy shows what that means.'
    : 'Nothing about what you watch leaves this TV.';
}

/** A function that stays the same and calls the newest one. */
function useLatest(work: () => void): () => void {
  const latest = useRef(work);
  latest.current = work;
  return useRef(() => {
    latest.current();
  }).current;
}
