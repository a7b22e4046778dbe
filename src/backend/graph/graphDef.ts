/** Writes TensorFlow's GraphDef, the protocol buffer of tensorflow/core/framework/graph.proto; field numbers are its own. */

/** Enumerations of types.proto and tf_attrtype.h that are written here. */
export const FLOAT = 1;
export const INT32 = 3;
/** tfjs's names of the types. */
export const DTYPES: Record<string, number> = { float32: FLOAT, int32: INT32, bool: 10 };
export const enum AttributeType {
  String,
  Int,
  Float,
  Bool,
  Type,
  Shape,
}

export interface NodeAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** `inputs` name other nodes, `node:1` being the second output of one. */
export function operation(
  name: string,
  op: string,
  inputs: string[],
  attributes: NodeAttribute[] = [],
  device = '',
): Buffer {
  const written = attributes.map(attribute => entry(attribute.name, attributeValue(attribute)));
  return bytes(
    1,
    Buffer.concat([
      text(1, name),
      text(2, op),
      ...inputs.map(input => text(3, input)),
      ...(device ? [text(4, device)] : []),
      ...written,
    ]),
  );
}

export function placeholder(name: string, dtype: number, shape: number[]): Buffer {
  return node(name, 'Placeholder', [entry('dtype', integer(6, dtype)), entry('shape', bytes(7, shapeProto(shape)))]);
}

export function constant(name: string, dtype: number, shape: number[], data: Uint8Array): Buffer {
  const tensor = Buffer.concat([integer(1, dtype), bytes(2, shapeProto(shape)), bytes(4, data)]);
  return node(name, 'Const', [entry('dtype', integer(6, dtype)), entry('value', bytes(8, tensor))]);
}

/** The version of the operations that TensorFlow 2.21 and its older graphs have. */
export function graphDef(nodes: Buffer[]): Buffer {
  return Buffer.concat([...nodes, bytes(4, Buffer.concat([integer(1, 1882), integer(2, 12)]))]);
}

function node(name: string, op: string, attributes: Buffer[]): Buffer {
  return bytes(1, Buffer.concat([text(1, name), text(2, op), ...attributes]));
}

function entry(name: string, value: Buffer): Buffer {
  return bytes(5, Buffer.concat([text(1, name), bytes(2, value)]));
}

function attributeValue({ name, type, value }: NodeAttribute): Buffer {
  const list = Array.isArray(value);
  switch (type) {
    case AttributeType.String:
      return list ? bytes(1, Buffer.concat(value.map(item => text(2, item as string)))) : text(2, value as string);
    case AttributeType.Int:
      return list
        ? bytes(1, bytes(3, Buffer.concat(value.map(item => varint(item as number)))))
        : integer(3, value as number);
    case AttributeType.Float:
      return list ? bytes(1, Buffer.concat(value.map(item => real(4, item as number)))) : real(4, value as number);
    case AttributeType.Bool:
      if (!list) return integer(5, value ? 1 : 0);
      break;
    case AttributeType.Type:
      return list
        ? bytes(1, bytes(6, Buffer.concat(value.map(item => varint(item as number)))))
        : integer(6, value as number);
    case AttributeType.Shape:
      return bytes(7, shapeProto(value as number[]));
  }
  throw new Error(`Attribute ${name} of type ${type} cannot be written in a graph.`);
}

function shapeProto(shape: number[]): Buffer {
  return Buffer.concat(shape.map(length => bytes(2, integer(1, length))));
}

function varint(value: number): Buffer {
  const digits: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) digits.push(Number(rest & 127n) | 128);
  return Buffer.from([...digits, Number(rest)]);
}

const enum Wire {
  Varint = 0,
  Length = 2,
  Fixed32 = 5,
}

const tag = (field: number, wire: Wire): Buffer => varint(field * 8 + wire);
const integer = (field: number, value: number): Buffer => Buffer.concat([tag(field, Wire.Varint), varint(value)]);
const bytes = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([tag(field, Wire.Length), varint(value.length), value]);
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));

function real(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return Buffer.concat([tag(field, Wire.Fixed32), buffer]);
}
