// Everyday
export { openAgentDbPatternStore } from './open-agent-db-pattern-store.js';
export type { AgentDbPatternStoreOptions } from './open-agent-db-pattern-store.js';
export type { OpenedAgentDbStore } from './open-agent-db-pattern-store.js';
export type { AgentDbPatternStore } from './agent-db-pattern-store.js';

// Advanced: what it needs of AgentDB
export type { AgentDatabase, AgentStatement, SqlRow, SqlValue } from './agent-database.js';
export { MAX_TAKEN_SKILLS } from './difference.js';
