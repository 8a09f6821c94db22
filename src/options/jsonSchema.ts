/** Option tables as JSON Schema, for the documents of servers. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type { OptionTable, Row } from './row.js';

/** A JSON Schema of draft 7. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The options of a table as one JSON object. Options without a form in JSON (functions, signals, objects with methods) are
 * left out; so are unknown names, as in the functions themselves.
 */
export function jsonSchemaOf(table: OptionTable): JsonSchema {
  const rows = Object.entries(table).flatMap(([name, row]) => {
    const schema = rowSchema(row);
    return schema ? [[name, schema] as const] : [];
  });
  return { type: 'object', properties: Object.fromEntries(rows), additionalProperties: false };
}

function rowSchema(row: Row): JsonSchema | undefined {
  const schema = { ...toJsonSchema(row.schema, { errorMode: 'ignore' }) };
  delete schema.$schema;
  if (Object.keys(schema).length === 0) return undefined;
  return { ...schema, description: row.text, ...(row.default !== undefined && { default: row.default }) };
}
