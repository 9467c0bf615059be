/* philox_lanes.h: the template behind philox.c, included once for each
   instruction set. The includer defines
     V(name)      the variant's symbol
     LANES        64-bit lanes of one register
     MUL32(a, b)  lane-wise product of the LOW 32 bits of each lane
   and sets the compiler's target. The loops over arrays are plain C that the
   compiler vectorises. */

typedef uint64_t V(lanes) __attribute__((vector_size(8 * LANES)));

/* A lane holds a 32-bit word in its low half; what stands above is ignored,
   which saves the masks: MUL32 reads low halves only. Two registers of each
   word run side by side to hide the multiplier's latency. */
typedef struct V(state) {
  V(lanes) a[2], b[2], c[2], d[2];
} V(state);

static inline void V(rounds)(V(state) * s, uint64_t key) {
  const V(lanes) zero = {0}, m0 = zero + PHILOX_M0, m1 = zero + PHILOX_M1;
  uint64_t k0 = (uint32_t)key, k1 = key >> 32;
#pragma GCC unroll 10
  for (int r = 0; r < 10; r++) {
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      V(lanes) p = MUL32(s->a[h], m0), q = MUL32(s->c[h], m1);
      s->a[h] = (q >> 32) ^ s->b[h] ^ (zero + k0);
      s->c[h] = (p >> 32) ^ s->d[h] ^ (zero + k1);
      s->b[h] = q;
      s->d[h] = p;
    }
    k0 += PHILOX_W0;
    k1 += PHILOX_W1;
  }
}

/* Lane l of `even` and `odd` are words 0,1 and 2,3 of block l. */
static inline void V(store)(V(lanes) even, V(lanes) odd, uint32_t *out) {
  uint64_t pairs[2 * LANES];
  for (int l = 0; l < LANES; l++) {
    pairs[2 * l] = even[l];
    pairs[2 * l + 1] = odd[l];
  }
  memcpy(out, pairs, sizeof pairs);
}

static void V(words)(uint64_t key, uint64_t block, int steps, uint32_t *out) {
  const V(lanes) zero = {0}, low = zero + 0xFFFFFFFFu;
  V(lanes) lane;
  for (int l = 0; l < LANES; l++)
    lane[l] = (uint64_t)l;
  for (int i = 0; i < steps * PHILOX_STEP; i += 2 * LANES) {
    V(state) s;
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      s.a[h] = lane + (block + (uint64_t)(i + h * LANES));
      s.b[h] = s.a[h] >> 32;
      s.c[h] = s.d[h] = zero;
    }
    V(rounds)(&s, key);
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      V(lanes) even = (s.a[h] & low) | (s.b[h] << 32);
      V(lanes) odd = (s.c[h] & low) | (s.d[h] << 32);
      V(store)(even, odd, out + 4 * (i + h * LANES));
    }
  }
}

static void V(normal32)(const uint32_t *restrict w, int n, float mean,
                        float std, float *restrict z) {
  for (int i = 0; i < n / 2; i++) {
    float r = radius32(w[2 * i]);
    float2 t = turn32(w[2 * i + 1]);
    z[2 * i] = r * t.cos * std + mean;
    z[2 * i + 1] = r * t.sin * std + mean;
  }
}

static void V(normal64)(const uint32_t *restrict w, int n, double mean,
                        double std, double *restrict z) {
  for (int i = 0; i < n / 2; i++) {
    double r = radius64(word64(w + 4 * i));
    double2 t = turn64(word64(w + 4 * i + 2));
    z[2 * i] = r * t.cos * std + mean;
    z[2 * i + 1] = r * t.sin * std + mean;
  }
}

static void V(uniform32)(const uint32_t *restrict w, int n, float low,
                         float span, float top, float *restrict u) {
  for (int i = 0; i < n; i++) {
    float x = low + span * unit32(w[i]);
    u[i] = x < top ? x : top;
  }
}

static void V(uniform64)(const uint32_t *restrict w, int n, double low,
                         double span, double top, double *restrict u) {
  for (int i = 0; i < n; i++) {
    double x = low + span * unit64(word64(w + 2 * i));
    u[i] = x < top ? x : top;
  }
}

static const or_philox V(table) = {V_NAME,      V(words),     V(normal32),
                                   V(normal64), V(uniform32), V(uniform64)};

#undef V
#undef V_NAME
#undef LANES
#undef MUL32
