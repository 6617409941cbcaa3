import type { AgentDatabase, SqlValue } from '../src/index.js';

export function rows(
  database: AgentDatabase,
  sql: string,
): readonly Readonly<Record<string, SqlValue>>[];
export function learn(
  database: AgentDatabase,
  index: number,
  skill?: { readonly name?: string; readonly rate?: number; readonly uses?: number },
): void;
export function practise(database: AgentDatabase, name: string, uses?: number): void;
export function prune(database: AgentDatabase, name: string): void;
export function samplesOf(database: AgentDatabase): number;
