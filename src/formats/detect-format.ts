/** Parquet begins with its magic, JSON lines with an object, everything else is delimited text. */
export function detectFormat(head: Uint8Array): 'csv' | 'parquet' | 'jsonl' {
  if (head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && head[3] === 0x31) return 'parquet';
  const start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  for (let i = start; i < head.length; i++) {
    const byte = head[i]!;
    if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) continue;
    return byte === 0x7b ? 'jsonl' : 'csv';
  }
  return 'csv';
}
