import Table from 'cli-table3';
import { createColors } from 'picocolors';
import { showsColors } from '@omega-tv/command-line';

export const colors = createColors(showsColors(process.stdout));

export function createTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [], compact: true } });
}

export function heading(text: string): string {
  return colors.bold(text);
}
