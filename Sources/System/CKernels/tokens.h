// Row operations of transformers as text: tokens.c includes this once a level, with TARGET and NAME defined,
// so that the compiler turns the same statements into each instruction set.
//
// Sums run in sixteen lanes that are then folded in halves, whatever the width of a register: levels that
// round alike give equal bits.

#define INLINE TARGET static inline __attribute__((always_inline))
#define LANES 16

INLINE float NAME(quick_gelu)(float x) {
#pragma clang fp contract(on)
  return x / (1.0f + ek_exponential(x * -1.702f));
}

INLINE float NAME(silu)(float x) {
#pragma clang fp contract(on)
  return x / (1.0f + ek_exponential(-x));
}

// max(x, 0) − ½|x|·erfc(|x| / √2), in which nothing cancels. erfc(z)·e^(z²) is w times a minimax polynomial
// in w = 1 / (1 + ⅜z); its relative error is 1.5e-8 up to z = 10.5, where erfc vanishes in Float32.
INLINE float NAME(gelu)(float x) {
#pragma clang fp contract(on)
  float a = x < 0 ? -x : x;
  a = a > 20.0f ? 20.0f : a;
  const float w = 1.0f / (1.0f + a * 0x1.0f876cp-2f);
  float q = 0x1.f3af6ap-5f;
  q = q * w + -0x1.239bf8p-2f;
  q = q * w + 0x1.b587d8p-2f;
  q = q * w + -0x1.ca306cp-3f;
  q = q * w + 0x1.146264p-2f;
  q = q * w + 0x1.f82b06p-4f;
  q = q * w + 0x1.a3ac44p-3f;
  q = q * w + 0x1.af857ep-3f;
  q = q * w + 0x1.b160c4p-3f;
  const float tail = 0.5f * a * w * q * ek_exponential(a * a * -0.5f);
  return (x < 0 ? 0.0f : x) - tail;
}

TARGET static void NAME(activate)(float *values, size_t count, enum ek_activation activation) {
  if (activation == EK_ACTIVATION_QUICK_GELU) {
    for (size_t i = 0; i < count; i++) values[i] = NAME(quick_gelu)(values[i]);
  } else if (activation == EK_ACTIVATION_GELU) {
    for (size_t i = 0; i < count; i++) values[i] = NAME(gelu)(values[i]);
  } else if (activation == EK_ACTIVATION_SILU) {
    for (size_t i = 0; i < count; i++) values[i] = NAME(silu)(values[i]);
  }
}

INLINE double NAME(folded)(double *lanes) {
  for (size_t half = LANES / 2; half > 0; half /= 2) {
    for (size_t l = 0; l < half; l++) lanes[l] += lanes[l + half];
  }
  return lanes[0];
}

TARGET static void NAME(normalize)(const struct ek_layer_norm *n, const float *x, float *y) {
#pragma clang fp contract(on)
  const size_t count = n->count;
  const size_t whole = count / LANES * LANES;
  double lanes[LANES] = {0};
  for (size_t i = 0; i < whole; i += LANES) {
    for (size_t l = 0; l < LANES; l++) lanes[l] += (double)x[i + l];
  }
  for (size_t i = whole; i < count; i++) lanes[i - whole] += (double)x[i];
  const double mean = NAME(folded)(lanes) / (double)count;
  for (size_t l = 0; l < LANES; l++) lanes[l] = 0;
  for (size_t i = 0; i < whole; i += LANES) {
    for (size_t l = 0; l < LANES; l++) {
      const double difference = (double)x[i + l] - mean;
      lanes[l] += difference * difference;
    }
  }
  for (size_t i = whole; i < count; i++) {
    const double difference = (double)x[i] - mean;
    lanes[i - whole] += difference * difference;
  }
  const double variance = NAME(folded)(lanes) / (double)count;
  const double factor = 1.0 / __builtin_sqrt(variance + n->epsilon);
  for (size_t i = 0; i < count; i++) {
    y[i] = (float)(((double)x[i] - mean) * factor) * n->weight[i] + n->bias[i];
  }
}

TARGET static void NAME(softmax)(float *x, size_t count, float scale) {
#pragma clang fp contract(on)
  float lanes[LANES];
  for (size_t l = 0; l < LANES; l++) lanes[l] = x[l];
  for (size_t i = LANES; i < count; i += LANES) {
    for (size_t l = 0; l < LANES; l++) lanes[l] = x[i + l] > lanes[l] ? x[i + l] : lanes[l];
  }
  float largest = lanes[0];
  for (size_t l = 1; l < LANES; l++) largest = lanes[l] > largest ? lanes[l] : largest;
  const float shift = largest * scale;
  for (size_t l = 0; l < LANES; l++) lanes[l] = 0;
  for (size_t i = 0; i < count; i += LANES) {
    for (size_t l = 0; l < LANES; l++) {
      x[i + l] = ek_exponential(x[i + l] * scale - shift);
      lanes[l] += x[i + l];
    }
  }
  for (size_t half = LANES / 2; half > 0; half /= 2) {
    for (size_t l = 0; l < half; l++) lanes[l] += lanes[l + half];
  }
  const float factor = 1.0f / lanes[0];
  for (size_t i = 0; i < count; i++) x[i] *= factor;
}

const struct ek_token_kernels NAME(ek_token_kernels) = {
    NAME(activate), NAME(normalize), NAME(softmax)};

#undef INLINE
#undef LANES
