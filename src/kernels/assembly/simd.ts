// Two double lanes at a time. `multiplyAdd` is the only place where the builds differ: plain rounds the product and then
// the sum (the bits of the TypeScript form), relaxed leaves one fused rounding to the machine.

// @ts-ignore: decorator
@inline
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  if (isDefined(RELAXED)) return f64x2.relaxed_madd(a, b, sum);
  return f64x2.add(sum, f64x2.mul(a, b));
}

// @ts-ignore: decorator
@inline
export function zero(): v128 {
  return f64x2.splat(0);
}

/** The sum of both lanes, lane 0 first. */
// @ts-ignore: decorator
@inline
export function lanesSum(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** Lane 0 of a and lane 0 of b. */
// @ts-ignore: decorator
@inline
export function firsts(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 0, 2);
}

/** Lane 1 of a and lane 1 of b. */
// @ts-ignore: decorator
@inline
export function seconds(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 1, 3);
}

/** Whether all `length` values are finite: x * 0 is 0 for finite x and NaN otherwise. */
export function allFinite(values: usize, length: usize): bool {
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  const none = zero();
  const end = values + (length << 3);
  const wholeEnd = values + ((length & ~7) << 3);
  while (values < wholeEnd) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(values), none));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(values, 16), none));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(values, 32), none));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(values, 48), none));
    values += 64;
  }
  let s = lanesSum(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
  while (values < end) {
    s += load<f64>(values) * 0;
    values += 8;
  }
  return s == 0;
}
