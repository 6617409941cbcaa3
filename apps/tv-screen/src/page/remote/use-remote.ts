import { useEffect, useRef } from 'preact/hooks';
import { focusAt, focusPlace, moveFocus, type Direction, type FocusPlace } from './move-focus.js';

const DIRECTIONS: Readonly<Partial<Record<string, Direction>>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

const START: FocusPlace = { row: 0, index: 0 };

/**
 * Arrow keys move the focus within the open dialog, or else the page; Enter is the button's own. Where
 * what had the focus is gone, what took its place gets it.
 */
export function useRemote(): void {
  const last = useRef<FocusPlace>(START);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const direction = DIRECTIONS[event.key];
      if (direction === undefined) return;
      event.preventDefault();
      moveFocus(scope(), direction);
    };
    const onFocus = (): void => {
      if (openDialog() === null) last.current = focusPlace(document) ?? last.current;
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('focusin', onFocus);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('focusin', onFocus);
    };
  }, []);
  // After each rendering: a title that was finished left its row, and took the focus with it.
  useEffect(() => {
    if (openDialog() !== null || focusPlace(document) !== undefined) return;
    focusAt(document, last.current);
  });
}

function scope(): ParentNode {
  return openDialog() ?? document;
}

function openDialog(): Element | null {
  return document.querySelector('dialog[open]');
}
