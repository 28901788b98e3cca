const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/**
 * High 32 bits of the product of two 32-bit numbers, without 64-bit integers: 16-bit halves, whose partial products
 * and their sums stay below 2^53.
 */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (other >>> 16)) >>> 0;
}

/**
 * Philox4x32-10: a bijection of four 32-bit counter words, chosen by two 32-bit key words; ten rounds of multiply and
 * exclusive-or. Any block of the sequence can be had directly, so draws depend on (key, counter) and on nothing else:
 * not on threads, nor on who drew before.
 *
 * @param counter four words, 0 to 2^32 - 1
 * @param key two words, 0 to 2^32 - 1
 * @param out receives four words, 0 to 2^32 - 1
 * Cost: 20 multiplications of 32 bits. Source: Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405; same words
 * as Random123 (tests hold its known answers).
 */
export function philox4x32(
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
  out: Uint32Array,
): void {
  let c0 = counter0 >>> 0;
  let c1 = counter1 >>> 0;
  let c2 = counter2 >>> 0;
  let c3 = counter3 >>> 0;
  let k0 = key0 >>> 0;
  let k1 = key1 >>> 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(multiplier0, c0);
    const low0 = Math.imul(multiplier0, c0) >>> 0;
    const high1 = multiplyHigh(multiplier1, c2);
    const low1 = Math.imul(multiplier1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
