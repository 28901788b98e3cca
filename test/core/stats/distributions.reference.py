"""Reference values of distributions.test.ts, computed with mpmath 1.3 at 30 to 60 digits: python3 distributions.reference.py"""
from mpmath import *

mp.dps = 30


def ibeta(a, b, x, y):
    """I_x(a, b); for large parameters the continued fraction DLMF 8.17.22 in 60 digits."""
    a, b = mpf(a), mpf(b)
    if max(a, b) < 3000:
        return betainc(a, b, 0, x, regularized=True)
    mp.dps = 60
    try:
        if x > (a + 1) / (a + b + 2):
            return 1 - ibeta(b, a, y, x)
        t = mpf(1)
        for m in range(4000, 0, -1):
            odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            t = 1 + even / (1 + odd / t)
        t = 1 - (a + b) * x / (a + 1) / t
        return exp(a * log(x) + b * log(y) - loggamma(a) - loggamma(b) + loggamma(a + b)) / a / t
    finally:
        mp.dps = 30


def t_tail(t, v):
    t, v = mpf(t), mpf(v)
    return ibeta(v / 2, mpf(1) / 2, v / (v + t * t), t * t / (v + t * t)) / 2


def show(*values):
    print([v if isinstance(v, (int, float)) else nstr(v, 17) for v in values])


for t in (0.1, 1.5, 2.5, 8.0, 40.0):
    for v in (1, 2.5, 7, 30, 1000, 1e6):
        if not (t == 40 and v > 1e5):
            show(t, v, t_tail(t, v))
for x, v in ((0.01, 1), (3.8, 1), (50, 1), (2, 5), (11, 5), (80, 100), (200, 100), (1100, 1000), (0.5, 0.5)):
    h = mpf(v) / 2, mpf(x) / 2
    show(x, v, gammainc(h[0], 0, h[1], regularized=True), gammainc(h[0], h[1], inf, regularized=True))
for x, a, b in ((0.1, 1, 10), (4.9, 1, 10), (3.1, 3, 20), (60, 3, 20), (1.2, 100, 10000), (0.02, 2.5, 4)):
    p, q, z = mpf(a), mpf(b), mpf(x)
    s = p * z + q
    show(x, a, b, ibeta(p / 2, q / 2, p * z / s, q / s), ibeta(q / 2, p / 2, q / s, p * z / s))
for x in (-38, -20.5, -8, -5.7, -5.6, -3, -1.25, -0.68, -0.67, -0.1, 0.3, 1.96):
    show(x, ncdf(mpf(x)))
for k, n, p in ((110, 122, 0.5), (3, 10, 0.2), (900, 1000, 0.875), (50200, 100000, 0.5), (7, 7, 0.9)):
    z = mpf(p)
    tail = sum(exp(loggamma(n + 1) - loggamma(j + 1) - loggamma(n - j + 1)) * z**j * (1 - z) ** (n - j) for j in range(k, min(n, k + 4000) + 1))
    show(k, n, p, tail, binomial(n, k) * z**k * (1 - z) ** (n - k))
for p, v, start in ((0.975, 10, 2.2), (0.995, 2.5, 7), (0.9, 30, 1.3), (0.999, 5, 6)):
    show(p, v, findroot(lambda t: t_tail(t, v) - (1 - mpf(p)), start))
