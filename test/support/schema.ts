/** The JSON Schema of results, docs/results.schema.json, and a validator for the part of JSON Schema that it uses. */
import { readFileSync } from 'node:fs';
import { repository } from './paths.js';

interface Schema {
  readonly type?: string | readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
}

const RESULTS = JSON.parse(readFileSync(repository('docs/results.schema.json'), 'utf8')) as Schema;

const KEYWORDS = new Set([
  ...['$schema', 'title', 'description', 'type', 'required', 'properties', 'additionalProperties', 'items'],
  ...['minItems', 'maxItems', 'minimum', 'maximum', 'enum', 'anyOf'],
]);

/** What is wrong with a record of results, one line each with its path; empty when it fits its schema. */
export function violations(value: unknown, schema: Schema = RESULTS, path = '$'): string[] {
  const unknown = Object.keys(schema).find((key) => !KEYWORDS.has(key));
  if (unknown) throw new Error(`the validator does not know the keyword ${unknown}`);
  const found: string[] = [];
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isType(value, type))) return [`${path}: not ${types.join(' or ')}`];
  if (schema.enum && !schema.enum.includes(value)) found.push(`${path}: not one of ${String(schema.enum)}`);
  if (schema.anyOf && !schema.anyOf.some((option) => violations(value, option, path).length === 0)) {
    found.push(`${path}: fits none of ${schema.anyOf.length} forms`);
  }
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity))
      found.push(`${path}: out of range`);
  }
  if (Array.isArray(value)) return [...found, ...ofArray(value, schema, path)];
  if (typeof value === 'object' && value !== null)
    found.push(...ofObject(value as Record<string, unknown>, schema, path));
  return found;
}

function ofArray(value: readonly unknown[], schema: Schema, path: string): string[] {
  const found = value.flatMap((item, i) => (schema.items ? violations(item, schema.items, `${path}[${i}]`) : []));
  if (value.length < (schema.minItems ?? 0)) found.push(`${path}: too short`);
  if (value.length > (schema.maxItems ?? Infinity)) found.push(`${path}: too long`);
  return found;
}

function ofObject(value: Record<string, unknown>, schema: Schema, path: string): string[] {
  const found: string[] = [];
  for (const key of schema.required ?? []) if (!(key in value)) found.push(`${path}.${key}: missing`);
  for (const [key, item] of Object.entries(value)) {
    const property = schema.properties?.[key];
    if (property) found.push(...violations(item, property, `${path}.${key}`));
    else if (schema.additionalProperties === false) found.push(`${path}.${key}: not expected`);
  }
  return found;
}

function isType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    default:
      return typeof value === type;
  }
}
