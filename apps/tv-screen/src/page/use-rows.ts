import type { Title } from '@omega-tv/catalogue/web';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { buildRows, type Row } from './rows/build-rows.js';
import { describeChange } from './rows/list-change.js';
import type { ProfileName } from './television/profiles.js';
import type { ScreenTv } from './television/screen-tv.js';

/** Main or other genres of what the profile of children is shown. */
const FOR_CHILDREN = ['kids', 'family'];

export interface RowsOfTv {
  readonly rows: readonly Row[];
  /** What the last sync changed, in words. */
  readonly change: string | undefined;
  /** After something was watched, or forgotten. */
  readonly refresh: () => Promise<void>;
  /** After a sync: says what it changed. */
  readonly refreshAfterSync: () => void;
}

export function useRows(tv: ScreenTv, profile: ProfileName): RowsOfTv {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [change, setChange] = useState<string>();
  const shown = useRef<readonly Row[]>([]);
  const build = useCallback(async () => {
    const next = buildRows(titlesFor(profile, tv.catalogue), await tv.knowledge());
    const before = shown.current;
    shown.current = next;
    setRows(next);
    return { before, next };
  }, [tv, profile]);
  const refresh = useCallback(async () => {
    await build();
    setChange(undefined);
  }, [build]);
  const refreshAfterSync = useCallback(() => {
    void build().then(({ before, next }) => {
      const words = describeChange(before, next);
      if (words !== undefined) setChange(words);
    });
  }, [build]);
  useEffect(() => {
    void refresh();
  }, [refresh]);
  return { rows, change, refresh, refreshAfterSync };
}

function titlesFor(profile: ProfileName, catalogue: readonly Title[]): readonly Title[] {
  if (profile === 'Adults') return catalogue;
  return catalogue.filter(({ genres }) => genres.some((genre) => FOR_CHILDREN.includes(genre)));
}
