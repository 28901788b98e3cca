import { AppError } from '../app/errors.ts';
import type { TrainedModel } from '../core/recommend/trained-model.ts';

const magic = 'SWMODEL\n';
const formatVersion = 2;

const kinds = {
  float64: Float64Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
} as const;
type Kind = keyof typeof kinds;
type Values = InstanceType<(typeof kinds)[Kind]>;

interface StoredArray {
  readonly dtype: Kind;
  readonly length: number;
  readonly offset: number;
}

/**
 * A trained model as bytes: magic, format version (uint32), length of the header (uint32), header (JSON: the record with
 * `{"$array": n}` in place of arrays, and for each array its dtype, length and offset), then the arrays, each at a multiple
 * of 8. All numbers little-endian. The same model gives the same bytes.
 */
export function encodeModel(model: TrainedModel): Uint8Array {
  const arrays: { values: Values; stored: StoredArray }[] = [];
  let offset = 0;
  const record = JSON.stringify(model, (_, value: unknown) => {
    const dtype = (Object.keys(kinds) as Kind[]).find((kind) => value instanceof kinds[kind]);
    if (dtype === undefined) return value;
    const values = value as Values;
    arrays.push({ values, stored: { dtype, length: values.length, offset } });
    offset += Math.ceil(values.byteLength / 8) * 8;
    return { $array: arrays.length - 1 };
  });
  const header = new TextEncoder().encode(
    `{"arrays":${JSON.stringify(arrays.map(({ stored }) => stored))},"record":${record}}`,
  );
  const start = Math.ceil((16 + header.length) / 8) * 8;
  const bytes = new Uint8Array(start + offset);
  bytes.set(new TextEncoder().encode(magic), 0);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, header.length, true);
  bytes.set(header, 16);
  for (const { values, stored } of arrays) {
    const at = start + stored.offset;
    for (let i = 0; i < values.length; i++) {
      if (stored.dtype === 'float64') view.setFloat64(at + 8 * i, values[i]!, true);
      else if (stored.dtype === 'uint32') view.setUint32(at + 4 * i, values[i]!, true);
      else bytes[at + i] = values[i]!;
    }
  }
  return bytes;
}

/** @throws model-incompatible for other magic, another format version, an unknown dtype or a file cut short */
export function decodeModel(bytes: Uint8Array): TrainedModel {
  const refuse = (what: string): never => {
    throw new AppError(
      'model-incompatible',
      `The file of the model ${what}; expected one that this version wrote (format ${formatVersion}). Train it again.`,
    );
  };
  if (bytes.length < 16 || new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) refuse('is no model');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== formatVersion) refuse(`has format ${version}`);
  const length = view.getUint32(12, true);
  if (16 + length > bytes.length) refuse('is cut short');
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(16, 16 + length))) as {
    readonly arrays: readonly StoredArray[];
    readonly record: unknown;
  };
  const start = Math.ceil((16 + length) / 8) * 8;
  const arrays = header.arrays.map(({ dtype, length: count, offset }) => {
    if (!(dtype in kinds)) refuse(`holds numbers of type "${dtype}"`);
    const values = new kinds[dtype](count);
    const at = start + offset;
    if (at + values.byteLength > bytes.length) refuse('is cut short');
    for (let i = 0; i < count; i++) {
      values[i] =
        dtype === 'float64'
          ? view.getFloat64(at + 8 * i, true)
          : dtype === 'uint32'
            ? view.getUint32(at + 4 * i, true)
            : bytes[at + i]!;
    }
    return values;
  });
  const revive = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(revive);
    const { $array } = value as { readonly $array?: number };
    if ($array !== undefined) return arrays[$array];
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
  };
  return revive(header.record) as TrainedModel;
}
