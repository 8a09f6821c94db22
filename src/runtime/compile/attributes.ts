/** Attributes of operations: from tfjs-node's form to TensorFlow's protocol buffers. */
import type { OpAttr } from './backend.js';
import { shapeProto, type AttrValue } from './graphDef.js';
import { notCompilable } from './trace.js';

/**
 * @param op name of the operation, for messages.
 * @param binding tfjs-node's binding, which numbers the types of attributes.
 * @throws FastSAMError `NOT_COMPILABLE` for a type of attribute that is not known here.
 */
export function attributeOf(op: string, attr: OpAttr, binding: Readonly<Record<string, number>>): AttrValue {
  const { name, type, value } = attr;
  const list = Array.isArray(value);
  switch (type) {
    case binding.TF_ATTR_TYPE:
      if (list) break;
      return { type: value as number };
    case binding.TF_ATTR_INT:
      return list ? { list: { i: value as number[] } } : { i: value as number };
    case binding.TF_ATTR_FLOAT:
      return list ? { list: { f: value as number[] } } : { f: value as number };
    case binding.TF_ATTR_BOOL:
      // tfjs-node passes some of these as 0 and 1
      return list ? { list: { b: value.map(Boolean) } } : { b: Boolean(value) };
    case binding.TF_ATTR_STRING:
      if (list) break;
      return { s: new TextEncoder().encode(value as string) };
    case binding.TF_ATTR_SHAPE:
      return { shape: shapeProto(value as number[]) };
  }
  throw notCompilable(
    `attribute "${name}" of ${op}: got type ${type}${list ? ' as a list' : ''}, expected a type, number, ` +
      'boolean, text or shape; this operation cannot be written into a graph',
  );
}
