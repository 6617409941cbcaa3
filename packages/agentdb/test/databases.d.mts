import type { AgentDatabase } from '../src/index.js';

export type CreateDatabase = (file: string) => Promise<AgentDatabase>;
export type DatabaseKind = 'agentdb' | 'sql.js';
export const agentDbFolder: string | undefined;
export function createDatabaseOf(kind: DatabaseKind): Promise<CreateDatabase>;
export interface SkillLibrary {
  createSkill(skill: object): Promise<number>;
  updateSkillStats(id: number, success: boolean, reward: number, latencyMs: number): void;
  retrieveSkills(query: object): Promise<readonly { readonly name: string }[]>;
  pruneSkills(config: object): number;
}
export function importAgentDb(): Promise<{
  readonly createDatabase: CreateDatabase;
  readonly SkillLibrary: new (database: AgentDatabase, embedder: object) => SkillLibrary;
}>;
