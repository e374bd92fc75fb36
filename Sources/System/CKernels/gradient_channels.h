// Gradients that sum over the pixels of every channel, as text; see lanes.h.
#pragma once

#include "EKGradients.h"
#include "lanes.h"

typedef double ek_wide_lanes __attribute__((ext_vector_type(EK_LANES)));

/// `count` channels from `channel` on; `has_…` are constants at every call.
EK_INLINE void ek_sum_lanes(
    const struct ek_channel_sums *job, size_t channel, size_t count, const int has_mask,
    const enum ek_channel_product product) {
#pragma clang fp contract(off)
  ek_wide_lanes sums = (ek_wide_lanes)(0.0);
  ek_wide_lanes products = (ek_wide_lanes)(0.0);
  const float *a = job->a + channel;
  const float *b = product == EK_PRODUCT_NONE ? a : job->b + channel;
  const float *mask = has_mask ? job->mask + channel : a;
  for (size_t pixel = 0; pixel < job->pixel_count; pixel++) {
    ek_lanes x = ek_load(a, count);
    if (has_mask) x = ek_load(mask, count) > 0 ? x : (ek_lanes)(0.0f);
    const ek_wide_lanes wide = __builtin_convertvector(x, ek_wide_lanes);
    sums += wide;
    if (product != EK_PRODUCT_NONE) {
      ek_lanes y = ek_load(b, count);
      if (product == EK_PRODUCT_NEGATIVE) y = y < 0 ? y : (ek_lanes)(0.0f);
      products += wide * __builtin_convertvector(y, ek_wide_lanes);
    }
    a += job->a_step;
    b += job->b_step;
    mask += job->mask_step;
  }
  for (size_t lane = 0; lane < count; lane++) {
    if (job->sums) job->sums[channel + lane] += sums[lane];
    if (job->products) job->products[channel + lane] += products[lane];
  }
}

EK_INLINE void ek_sum_all_lanes(
    const struct ek_channel_sums *job, const int has_mask, const enum ek_channel_product product) {
  const size_t channels = job->channel_count;
  const size_t whole = channels / EK_LANES * EK_LANES;
  for (size_t channel = 0; channel < whole; channel += EK_LANES) {
    ek_sum_lanes(job, channel, EK_LANES, has_mask, product);
  }
  for (size_t channel = whole; channel < channels; channel++) {
    ek_sum_lanes(job, channel, 1, has_mask, product);
  }
}

EK_TARGET static void ek_sum_channels(const struct ek_channel_sums *job) {
  if (job->mask) {
    ek_sum_all_lanes(job, 1, EK_PRODUCT_ALL);
  } else if (job->product == EK_PRODUCT_NONE) {
    ek_sum_all_lanes(job, 0, EK_PRODUCT_NONE);
  } else if (job->product == EK_PRODUCT_ALL) {
    ek_sum_all_lanes(job, 0, EK_PRODUCT_ALL);
  } else {
    ek_sum_all_lanes(job, 0, EK_PRODUCT_NEGATIVE);
  }
}

EK_TARGET static void ek_normalize_channels(const struct ek_normalized *job) {
#pragma clang fp contract(off)
  for (size_t pixel = 0; pixel < job->pixel_count; pixel++) {
    const float *restrict x = job->input + pixel * job->input_step;
    float *restrict y = job->output + pixel * job->output_step;
    if (job->residual) {
      const float *restrict r = job->residual + pixel * job->residual_step;
      EK_INDEPENDENT
      for (size_t c = 0; c < job->channel_count; c++) {
        const float sum = x[c] * job->scale[c] + job->shift[c] + r[c];
        y[c] = job->is_relu && sum < 0 ? 0.0f : sum;
      }
    } else {
      EK_INDEPENDENT
      for (size_t c = 0; c < job->channel_count; c++) {
        const float sum = x[c] * job->scale[c] + job->shift[c];
        y[c] = job->is_relu && sum < 0 ? 0.0f : sum;
      }
    }
  }
}

EK_TARGET static void ek_normalize_channels_gradient(const struct ek_normalized_gradient *job) {
#pragma clang fp contract(off)
  for (size_t pixel = 0; pixel < job->pixel_count; pixel++) {
    const float *restrict dy = job->output_gradient + pixel * job->output_step;
    const float *restrict x = job->input + pixel * job->input_step;
    const float *mask = job->mask ? job->mask + pixel * job->mask_step : 0;
    float *restrict dx = job->gradient + pixel * job->step;
    const float keeps = job->accumulates ? 1.0f : 0.0f;
    if (mask) {
      EK_INDEPENDENT
      for (size_t c = 0; c < job->channel_count; c++) {
        const float g = mask[c] > 0 ? dy[c] : 0.0f;
        const float sum = job->scale[c] * g + (job->slope[c] * (x[c] - job->mean[c]) + job->shift[c]);
        dx[c] = keeps != 0 ? dx[c] + sum : sum;
      }
    } else {
      EK_INDEPENDENT
      for (size_t c = 0; c < job->channel_count; c++) {
        const float sum =
            job->scale[c] * dy[c] + (job->slope[c] * (x[c] - job->mean[c]) + job->shift[c]);
        dx[c] = keeps != 0 ? dx[c] + sum : sum;
      }
    }
  }
}

/// The gradient of one output pixel, `count` of its channels from `channel` on.
EK_INLINE void ek_maximum_lanes_gradient(
    const struct ek_maximum_gradient *job, size_t index, size_t first, size_t end, size_t channel,
    size_t count) {
  ek_lanes largest = (ek_lanes)(-INFINITY);
  for (size_t i = 0; i < job->row_count; i++) {
    for (size_t j = first; j < end; j++) {
      const ek_lanes x = ek_load(job->input + i * job->row_step + j * job->column_step + channel, count);
      largest = ((x > largest) | (x != x)) ? x : largest;
    }
  }
  ek_lanes left = ek_load(job->output_gradient + index * job->output_step + channel, count);
  for (size_t i = 0; i < job->row_count; i++) {
    for (size_t j = first; j < end; j++) {
      const ek_lanes x = ek_load(job->input + i * job->row_step + j * job->column_step + channel, count);
      float *target =
          job->gradient + i * job->gradient_row_step + j * job->gradient_column_step + channel;
      const ek_integers found = (x == largest) | (x != x);
      ek_store(target, ek_load(target, count) + (found ? left : (ek_lanes)(0.0f)), count);
      left = found ? (ek_lanes)(0.0f) : left;
    }
  }
}

EK_TARGET static void ek_maximum_row_gradient(const struct ek_maximum_gradient *job) {
  const size_t channels = job->channel_count;
  const size_t whole = channels / EK_LANES * EK_LANES;
  for (size_t index = 0; index < job->output_count; index++) {
    const size_t start = index * job->stride;
    const size_t stop = start + job->kernel;
    const size_t first = start > job->padding ? start - job->padding : 0;
    size_t end = stop > job->padding ? stop - job->padding : 0;
    if (end > job->column_count) end = job->column_count;
    for (size_t channel = 0; channel < whole; channel += EK_LANES) {
      ek_maximum_lanes_gradient(job, index, first, end, channel, EK_LANES);
    }
    for (size_t channel = whole; channel < channels; channel++) {
      ek_maximum_lanes_gradient(job, index, first, end, channel, 1);
    }
  }
}
