/*
 * SHA-256 (FIPS 180-4), used only for the files of the installation. Pure: memory only.
 */
#include "kato.h"
#include <string.h>

static const uint32_t ROUNDS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t word, int by) { return word >> by | word << (32 - by); }

/* `turn` counts the rotations of the state; its word `n` stands at `n - turn`. */
static inline void add_round(uint32_t s[8], int turn, uint32_t word) {
#define WORD(n) s[((n) - turn) & 7]
  uint32_t a = WORD(0), b = WORD(1), c = WORD(2), e = WORD(4), f = WORD(5), g = WORD(6);
  uint32_t one = WORD(7) + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + word;
  uint32_t two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
  WORD(3) += one;
  WORD(7) = one + two;
#undef WORD
}

static void add_block(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++) {
    w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
           (uint32_t)block[4 * i + 3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  uint32_t s[8];
  memcpy(s, state, sizeof s);
  /* The state rotates by index. Moving its words would cost more than all the rest. */
  for (int i = 0; i < 64; i += 8) {
    for (int j = 0; j < 8; j++) add_round(s, j, ROUNDS[i + j] + w[i + j]);
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}

void sha256_begin(struct sha256 *sum) {
  static const uint32_t START[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(sum->state, START, sizeof START);
  sum->length = 0;
}

void sha256_add(struct sha256 *sum, const uint8_t *bytes, size_t length) {
  size_t held = sum->length % 64;
  sum->length += length;
  if (held > 0) {
    size_t piece = length < 64 - held ? length : 64 - held;
    memcpy(sum->held + held, bytes, piece);
    if (held + piece < 64) return;
    add_block(sum->state, sum->held);
    bytes += piece;
    length -= piece;
  }
  for (; length >= 64; bytes += 64, length -= 64) add_block(sum->state, bytes);
  memcpy(sum->held, bytes, length);
}

/* Writes sixty-four digits and a NUL. */
void sha256_end(struct sha256 *sum, char digits[65]) {
  uint8_t tail[72] = {0x80};
  uint64_t bits = sum->length * 8;
  size_t pad = 64 - (sum->length + 8) % 64;
  for (int i = 0; i < 8; i++) tail[pad + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
  sha256_add(sum, tail, pad + 8);
  for (int i = 0; i < 64; i++) digits[i] = "0123456789abcdef"[sum->state[i / 8] >> (28 - 4 * (i % 8)) & 0xf];
  digits[64] = '\0';
}
