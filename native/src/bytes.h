/* Numbers in network byte order: read out of bytes with every bound checked, and written into a buffer of known size. */
#ifndef SESAMY_BYTES_H
#define SESAMY_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in some bytes. A read past the end sets `failed`, gives zero or NULL, and so does every read after it. */
struct reader {
  const uint8_t *next;
  size_t left;
  bool failed;
};

/* The next bytes, where they are; NULL when there are not so many left. */
static inline const uint8_t *read_bytes(struct reader *reader, size_t length) {
  if (reader->failed || length > reader->left) {
    reader->failed = true;
    return NULL;
  }
  const uint8_t *bytes = reader->next;
  reader->next += length;
  reader->left -= length;
  return bytes;
}

static inline uint64_t read_number(struct reader *reader, size_t width) {
  const uint8_t *bytes = read_bytes(reader, width);
  uint64_t value = 0;
  for (size_t i = 0; bytes != NULL && i < width; i++) value = value << 8 | bytes[i];
  return value;
}

static inline uint8_t read_u8(struct reader *reader) { return (uint8_t)read_number(reader, 1); }
static inline uint16_t read_u16(struct reader *reader) { return (uint16_t)read_number(reader, 2); }
static inline uint32_t read_u32(struct reader *reader) { return (uint32_t)read_number(reader, 4); }
static inline uint64_t read_u64(struct reader *reader) { return read_number(reader, 8); }

/* Each writes to `to` and returns the place after what it wrote. */
static inline uint8_t *put_number(uint8_t *to, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; i++) to[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
  return to + width;
}

static inline uint8_t *put_u8(uint8_t *to, uint8_t value) { return put_number(to, value, 1); }
static inline uint8_t *put_u16(uint8_t *to, uint16_t value) { return put_number(to, value, 2); }
static inline uint8_t *put_u32(uint8_t *to, uint32_t value) { return put_number(to, value, 4); }
static inline uint8_t *put_u64(uint8_t *to, uint64_t value) { return put_number(to, value, 8); }

static inline uint8_t *put_bytes(uint8_t *to, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) to[i] = bytes[i];
  return to + length;
}

#endif
