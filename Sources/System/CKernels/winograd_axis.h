// One axis of Winograd's transforms as text, included after tile.h, whose vocabulary it uses: a forward
// transform Bᵀ of inputs, an inverse transform Aᵀ of products, its adjoint A for outputs' gradients and a filter
// transform G for each number of points. Every step is one rounded operation, so levels that fuse give the same bits.

// Six points 0, ±√½, ±√2, ∞: of all forms with as few operations the one with the least error. The
// squares of the inner points are exact and their product is 1.
#define INNER_POINT 0.70710678118654752f
#define OUTER_POINT 1.41421356237309505f

// One axis of Bᵀ.
STEP void forward_6(lanes d[6]) {
  const lanes p = splat(INNER_POINT), q = splat(OUTER_POINT);
  const lanes half = splat(-0.5f), two = splat(-2), sum = splat(-2.5f);
  const lanes even_p = fma(two, d[2], d[4]), odd_p = fma(two, d[1], d[3]);
  const lanes even_q = fma(half, d[2], d[4]), odd_q = fma(half, d[1], d[3]);
  const lanes first = d[0] + d[4], last = d[1] + d[5];
  d[0] = fma(sum, d[2], first);
  d[5] = fma(sum, d[3], last);
  d[1] = fma(p, odd_p, even_p);
  d[2] = fma(-p, odd_p, even_p);
  d[3] = fma(q, odd_q, even_q);
  d[4] = fma(-q, odd_q, even_q);
}

// Four points 0, ±1, ∞.
STEP void forward_4(lanes d[4]) {
  const lanes first = d[2] - d[0], second = d[1] + d[2], third = d[2] - d[1], last = d[3] - d[1];
  d[0] = first;
  d[1] = second;
  d[2] = third;
  d[3] = last;
}

// One axis of Aᵀ: the first `outputs` of m are replaced.
STEP void inverse_6(lanes m[6], const int outputs) {
  const lanes p = splat(INNER_POINT), q = splat(OUTER_POINT), half = splat(0.5f), two = splat(2);
  const lanes sum_p = m[1] + m[2], difference_p = m[1] - m[2];
  const lanes sum_q = m[3] + m[4], difference_q = m[3] - m[4];
  const lanes last = m[5], inner = sum_p + sum_q, odd_p = p * difference_p;
  m[0] = m[0] + inner;
  if (outputs == 2) {
    const lanes odd = fma(q, difference_q, odd_p);
    m[1] = odd + last;
    return;
  }
  m[1] = fma(q, difference_q, odd_p);
  m[2] = fma(two, sum_q, half * sum_p);
  m[3] = fma(splat(2 * OUTER_POINT), difference_q, fma(half, odd_p, last));
}

STEP void inverse_4(lanes m[4]) {
  const lanes sum = m[1] + m[2], difference = m[1] - m[2];
  m[0] = m[0] + sum;
  m[1] = difference + m[3];
}

// Ten points 0, ±a, ±b, ±c, ±d, ∞, found by search: their error is near the least that ten points have.
#define POINT_A 0.42
#define POINT_B 0.8
#define POINT_C 1.24
#define POINT_D 2.4

// Coefficients of (x − p²)(x − q²)(x − r²), the constant first.
#define CUBIC_0(p, q, r) splat((float)(-(p) * (p) * (q) * (q) * (r) * (r)))
#define CUBIC_1(p, q, r) \
  splat((float)((p) * (p) * (q) * (q) + (p) * (p) * (r) * (r) + (q) * (q) * (r) * (r)))
#define CUBIC_2(p, q, r) splat((float)(-((p) * (p) + (q) * (q) + (r) * (r))))

// Values at ±p of the polynomial that vanishes at the other points, from its even and odd part.
#define PAIR_OF_TEN(first, p, q, r, s)                                                 \
  do {                                                                                 \
    const lanes zero = CUBIC_0(q, r, s), one = CUBIC_1(q, r, s), two = CUBIC_2(q, r, s); \
    const lanes even = fma(zero, d[2], fma(one, d[4], fma(two, d[6], d[8])));          \
    const lanes odd = fma(zero, d[1], fma(one, d[3], fma(two, d[5], d[7])));           \
    out[first] = fma(splat((float)(p)), odd, even);                                    \
    out[first + 1] = fma(splat((float)-(p)), odd, even);                               \
  } while (0)

STEP void forward_10(lanes d[10]) {
  // Π (x − p²) over all four, by the cubic of three times the fourth.
  const double aa = POINT_A * POINT_A, bb = POINT_B * POINT_B, cc = POINT_C * POINT_C,
               dd = POINT_D * POINT_D;
  const double zero = -aa * bb * cc, one = aa * bb + aa * cc + bb * cc, two = -(aa + bb + cc);
  const lanes k0 = splat((float)(-zero * dd)), k1 = splat((float)(zero - one * dd)),
              k2 = splat((float)(one - two * dd)), k3 = splat((float)(two - dd));
  lanes out[10];
  out[0] = fma(k0, d[0], fma(k1, d[2], fma(k2, d[4], fma(k3, d[6], d[8]))));
  out[9] = fma(k0, d[1], fma(k1, d[3], fma(k2, d[5], fma(k3, d[7], d[9]))));
  PAIR_OF_TEN(1, POINT_A, POINT_B, POINT_C, POINT_D);
  PAIR_OF_TEN(3, POINT_B, POINT_A, POINT_C, POINT_D);
  PAIR_OF_TEN(5, POINT_C, POINT_A, POINT_B, POINT_D);
  PAIR_OF_TEN(7, POINT_D, POINT_A, POINT_B, POINT_C);
  UNROLL
  for (int i = 0; i < 10; i++) d[i] = out[i];
}

STEP void inverse_10(lanes m[10]) {
  lanes sums[4], differences[4];
  UNROLL
  for (int i = 0; i < 4; i++) {
    sums[i] = m[1 + 2 * i] + m[2 + 2 * i];
    differences[i] = m[1 + 2 * i] - m[2 + 2 * i];
  }
  const lanes low = sums[0] + sums[1], high = sums[2] + sums[3], inner = low + high;
  const lanes last = m[9];
#define POWER_SUM(values, a, b, c, d)                                                     \
  fma(splat((float)(d)), values[3], fma(splat((float)(c)), values[2],                     \
      fma(splat((float)(b)), values[1], splat((float)(a)) * values[0])))
#define CUBE(x) ((x) * (x) * (x))
  m[0] = m[0] + inner;
  m[1] = POWER_SUM(differences, POINT_A, POINT_B, POINT_C, POINT_D);
  m[2] = POWER_SUM(
      sums, POINT_A * POINT_A, POINT_B * POINT_B, POINT_C * POINT_C, POINT_D * POINT_D);
  const lanes cubes =
      POWER_SUM(differences, CUBE(POINT_A), CUBE(POINT_B), CUBE(POINT_C), CUBE(POINT_D));
  m[3] = cubes + last;
}

// One point is an axis without a filter.
STEP void forward(lanes *d, const int points) {
  if (points == 10) forward_10(d);
  if (points == 6) forward_6(d);
  if (points == 4) forward_4(d);
}

STEP void inverse(lanes *m, const int points, const int outputs) {
  if (points == 10) inverse_10(m);
  if (points == 6) inverse_6(m, outputs);
  if (points == 4) inverse_4(m);
}

// Values at ±p of the polynomial with coefficients g, divided by `norm`: Π (p − q) over the other finite
// points, which is the same for −p.
STEP void filter_pair(
    const lanes *g, lanes *out, const int taps, const double p, const double norm) {
  const double square = p * p;
  lanes even = splat((float)(1 / norm)) * g[0];
  lanes odd = splat((float)(p / norm)) * g[1];
  double power = square;
  UNROLL
  for (int tap = 2; tap < taps; tap += 2, power *= square) {
    even = fma(splat((float)(power / norm)), g[tap], even);
    if (tap + 1 < taps) odd = fma(splat((float)(power * p / norm)), g[tap + 1], odd);
  }
  out[0] = even + odd;
  out[1] = even - odd;
}

STEP void filter_4(const lanes *g, lanes *out, const int taps) {
  out[0] = -g[0];
  filter_pair(g, out + 1, taps, 1, 2);
  out[3] = g[taps - 1];
}

// 2p²(p² − q²) is −3/2 at the inner points and 6 at the outer ones, and p²q² is 1.
STEP void filter_6(const lanes *g, lanes *out, const int taps) {
  out[0] = g[0];
  filter_pair(g, out + 1, taps, 0.70710678118654752, -1.5);
  filter_pair(g, out + 3, taps, 1.41421356237309505, 6);
  out[5] = g[taps - 1];
}

// Π (p − q) over the nine finite points but p.
#define NORM_OF_TEN(p, q, r, s) \
  (2 * (p) * (p) * ((p) * (p) - (q) * (q)) * ((p) * (p) - (r) * (r)) * ((p) * (p) - (s) * (s)))

STEP void filter_10(const lanes *g, lanes *out, const int taps) {
  const double root = POINT_A * POINT_B * POINT_C * POINT_D;
  out[0] = splat((float)(1 / (root * root))) * g[0];
  filter_pair(g, out + 1, taps, POINT_A, NORM_OF_TEN(POINT_A, POINT_B, POINT_C, POINT_D));
  filter_pair(g, out + 3, taps, POINT_B, NORM_OF_TEN(POINT_B, POINT_A, POINT_C, POINT_D));
  filter_pair(g, out + 5, taps, POINT_C, NORM_OF_TEN(POINT_C, POINT_A, POINT_B, POINT_D));
  filter_pair(g, out + 7, taps, POINT_D, NORM_OF_TEN(POINT_D, POINT_A, POINT_B, POINT_C));
  out[9] = g[taps - 1];
}

STEP void filter(const lanes *g, lanes *out, const int taps, const int points) {
  if (points == 10) filter_10(g, out, taps);
  if (points == 6) filter_6(g, out, taps);
  if (points == 4) filter_4(g, out, taps);
  if (points == 1) out[0] = g[0];
}

// One axis of A, the adjoint of the inverse transform: the polynomial with coefficients y at every point.
STEP void adjoint(const lanes *y, lanes *out, const int outputs, const int points) {
  out[0] = y[0];
  if (points == 10) {
    filter_pair(y, out + 1, outputs, POINT_A, 1);
    filter_pair(y, out + 3, outputs, POINT_B, 1);
    filter_pair(y, out + 5, outputs, POINT_C, 1);
    filter_pair(y, out + 7, outputs, POINT_D, 1);
  }
  if (points == 6) {
    filter_pair(y, out + 1, outputs, 0.70710678118654752, 1);
    filter_pair(y, out + 3, outputs, 1.41421356237309505, 1);
  }
  if (points == 4) filter_pair(y, out + 1, outputs, 1, 1);
  if (points > 1) out[points - 1] = y[outputs - 1];
}
