/* Little-endian numbers in files. */
#ifndef CURATE_IO_BYTES_H
#define CURATE_IO_BYTES_H

#include <stdint.h>

static inline void bytes_put16(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
}

static inline void bytes_put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static inline void bytes_put64(unsigned char *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static inline uint32_t bytes_get32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t bytes_get64(const unsigned char *p)
{
	return bytes_get32(p) | (uint64_t)bytes_get32(p + 4) << 32;
}

#endif
