import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PanelProps {
  readonly heading: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Keys that remote controls have for "back"; Escape is the dialog's own. */
const BACK = ['Backspace', 'GoBack', 'BrowserBack'];

/** What lies over the page until "back" is pressed; it keeps the focus meanwhile. */
export function Panel({ heading, onClose, children }: PanelProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opened = dialog.current;
    if (opened?.open === false) opened.showModal();
    opened?.querySelector('button')?.focus();
    return () => {
      opened?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="panel-heading"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        if (BACK.includes(event.key)) onClose();
      }}
    >
      <h2 id="panel-heading">{heading}</h2>
      {children}
    </dialog>
  );
}
