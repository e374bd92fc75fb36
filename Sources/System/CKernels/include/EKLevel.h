// The instruction sets for which micro-kernels are compiled.
#pragma once

/// Instruction sets a micro-kernel is compiled for, weakest first.
enum ek_level {
  EK_LEVEL_PORTABLE = 0,
  EK_LEVEL_AVX2 = 1,    // AVX2 + FMA
  EK_LEVEL_AVX512 = 2,  // AVX-512 F, BW, DQ, VL
};
