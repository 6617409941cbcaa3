import { Type, type Static, type TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { SyncError } from './errors.js';

const MAX_SHOWN_VALUE = 60;

/**
 * Checks what was built in code: paths in errors name its fields as TypeScript does (`successRate`).
 * @throws SyncError as `check`.
 */
export function checkBuilt(
  schema: TSchema,
  value: unknown,
  what: string,
  code?: 'invalid-pattern',
): void {
  refuse(findOffence(schema, value, '', BUILT), what, code, toCamelCase);
}

/** How a value names and holds what a schema describes as the wire does. */
interface Form {
  readonly nameOf: (property: string) => string;
  readonly toWire: (value: unknown) => unknown;
}

const PARSED: Form = { nameOf: (property) => property, toWire: (value) => value };
const BUILT: Form = { nameOf: builtNameOf, toWire: toWireForm };

const builtNames = new Map<string, string>();

function builtNameOf(property: string): string {
  const known = builtNames.get(property);
  if (known !== undefined) return known;
  const name = toCamelCase(property);
  builtNames.set(property, name);
  return name;
}

/** As the wire names and holds it; what is no object of ours stays as it is, for the check to find. */
function toWireForm(value: unknown): unknown {
  // The walk below takes a typed array as it is: a copy of its coordinates would cost more than it.
  if (value instanceof Float32Array) return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  if (Array.isArray(value)) return value.map(toWireForm);
  if (!isRecord(value)) return value;
  // No prototype, so that no name means anything; Object.fromEntries is too new for old TVs.
  const wire = Object.create(null) as Record<string, unknown>;
  for (const [name, field] of Object.entries(value)) wire[toSnakeCase(name)] = toWireForm(field);
  return wire;
}

function toSnakeCase(name: string): string {
  return HAS_CAPITALS.test(name)
    ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    : name;
}

const HAS_CAPITALS = /[A-Z]/;

function toCamelCase(path: string): string {
  return path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Returns `value`, parsed JSON, when it has the schema's form.
 * @throws SyncError with the path, the value and the limit of the first offence: `invalid-pattern`
 * where the path leads into a pattern (or `code` says so), else `serialization`.
 */
export function check<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  what: string,
  code?: 'invalid-pattern',
): Static<Schema> {
  refuse(findOffence(schema, value, '', PARSED), what, code);
  return value as Static<Schema>;
}

function refuse(
  offence: Offence | undefined,
  what: string,
  code?: 'invalid-pattern',
  nameOf = (path: string): string => path,
): void {
  if (offence === undefined) return;
  const { limit } = offence;
  const path = nameOf(offence.path);
  const message = `${path === '' ? what : `${what}: ${path}`} ${limit}, but is ${show(offence.found)}`;
  if (code !== undefined || path.startsWith('patterns[')) {
    const found = isPrimitive(offence.found) ? offence.found : undefined;
    throw new SyncError('invalid-pattern', message, { path, value: found, limit });
  }
  throw new SyncError('serialization', message, { path });
}

interface Offence {
  readonly path: string;
  readonly found: unknown;
  readonly limit: string;
}

/**
 * The first offence, or undefined. Objects and arrays are walked here, and numbers of an array are
 * compared here: TypeBox takes microseconds a coordinate, and a hostile body holds many. Leaves go
 * to its interpreting checker: no eval, so it runs under a strict content security policy.
 */
function findOffence(
  schema: TSchema,
  value: unknown,
  path: string,
  form: Form,
): Offence | undefined {
  if (Type.IsObject(schema) && isRecord(value)) {
    for (const [key, property] of Object.entries(schema.properties)) {
      const inner = path === '' ? key : `${path}.${key}`;
      const found = value[form.nameOf(key)];
      if (found === undefined) return { path: inner, found, limit: 'is required' };
      const offence = findOffence(property, found, inner, form);
      if (offence !== undefined) return offence;
    }
    return undefined;
  }
  if (Type.IsArray(schema) && isList(value) && hasLength(schema, value.length)) {
    const { items } = schema;
    const isWithin = Type.IsNumber(items) ? numberCheckOf(items) : () => false;
    for (let i = 0; i < value.length; i += 1) {
      if (isWithin(value[i])) continue;
      const offence = findOffence(items, value[i], `${path}[${i}]`, form);
      if (offence !== undefined) return offence;
    }
    return undefined;
  }
  // TypeBox knows arrays only.
  const found = value instanceof Float32Array ? Array.from(value) : form.toWire(value);
  if (Check(schema, found)) return undefined;
  const [error] = Errors(schema, found);
  return { path, found, limit: error?.message ?? 'must match its schema' };
}

interface Lengths {
  readonly minItems?: number;
  readonly maxItems?: number;
}

function hasLength(schema: object, length: number): boolean {
  const { minItems = 0, maxItems = Infinity } = schema as Lengths;
  return length >= minItems && length <= maxItems;
}

interface Bounds {
  readonly exclusiveMinimum?: number | bigint;
  readonly exclusiveMaximum?: number | bigint;
}

/** True for a valid number between exclusive bounds; false leaves the verdict to TypeBox. */
function numberCheckOf(schema: object): (value: unknown) => boolean {
  const { exclusiveMinimum: least, exclusiveMaximum: most } = schema as Bounds;
  if (least === undefined || most === undefined) return () => false;
  return (value) => typeof value === 'number' && value > least && value < most;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Float32Array;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isRecord(value)) return 'an object';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > MAX_SHOWN_VALUE ? `${text.slice(0, MAX_SHOWN_VALUE)}…` : text;
}
